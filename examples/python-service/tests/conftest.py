"""The real servers that the pipeline puts beside the tests."""

import os

import psycopg
import pytest
import redis

from agent_memory.store import Store


@pytest.fixture
def store() -> Store:
    """Give an empty store. Without the servers the tests fail: they are not skipped."""
    made = Store(os.environ["DATABASE_URL"], os.environ["REDIS_URL"])
    made.prepare()
    with psycopg.connect(made.database_url) as connection:
        connection.execute("TRUNCATE memories")
    redis.Redis.from_url(made.redis_url).flushdb()
    return made
