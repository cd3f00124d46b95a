"""Memories of agents, in PostgreSQL with Redis before it."""

from dataclasses import dataclass

import psycopg
import redis

SCHEMA = (
    "CREATE TABLE IF NOT EXISTS memories "
    "(agent text NOT NULL, at bigserial PRIMARY KEY, content text NOT NULL)"
)
KEPT_SECONDS = 60


@dataclass(frozen=True)
class Store:
    """Where memories are. Both are reached anew for each question."""

    database_url: str
    redis_url: str

    def prepare(self) -> None:
        """Make the table where it is not there."""
        with psycopg.connect(self.database_url) as connection:
            connection.execute(SCHEMA)

    def remember(self, agent: str, content: str) -> None:
        """Keep a memory, and forget what was answered before."""
        with psycopg.connect(self.database_url) as connection:
            connection.execute(
                "INSERT INTO memories (agent, content) VALUES (%s, %s)",
                (agent, content),
            )
        self._cache().delete(self._key(agent))

    def recall(self, agent: str) -> list[str]:
        """Say what an agent remembers, oldest first."""
        cache = self._cache()
        kept = cache.lrange(self._key(agent), 0, -1)
        if isinstance(kept, list) and kept:
            return [str(content) for content in kept]
        with psycopg.connect(self.database_url) as connection:
            rows = connection.execute(
                "SELECT content FROM memories WHERE agent = %s ORDER BY at", (agent,)
            ).fetchall()
        contents = [str(content) for (content,) in rows]
        if contents:
            cache.rpush(self._key(agent), *contents)
            cache.expire(self._key(agent), KEPT_SECONDS)
        return contents

    def _cache(self) -> redis.Redis:
        return redis.Redis.from_url(self.redis_url, decode_responses=True)

    @staticmethod
    def _key(agent: str) -> str:
        return f"memories:{agent}"
