"""Memories, on a real PostgreSQL and a real Redis."""

import psycopg
import redis

from agent_memory.main import store_of
from agent_memory.store import Store


def test_what_is_remembered_is_recalled_in_order(store: Store) -> None:
    assert store.recall("ada") == []
    store.remember("ada", "first")
    store.remember("ada", "second")
    store.remember("bob", "other")
    assert store.recall("ada") == ["first", "second"]


def test_redis_answers_what_was_asked_before(store: Store) -> None:
    store.remember("ada", "first")
    assert store.recall("ada") == ["first"]
    with psycopg.connect(store.database_url) as connection:
        connection.execute("TRUNCATE memories")
    assert store.recall("ada") == ["first"]
    redis.Redis.from_url(store.redis_url).flushdb()
    assert store.recall("ada") == []


def test_the_environment_names_the_store(store: Store) -> None:
    assert store_of({"DATABASE_URL": store.database_url}) is None
    found = store_of({"DATABASE_URL": store.database_url, "REDIS_URL": store.redis_url})
    assert found == store
