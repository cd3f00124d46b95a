"""The service as a process: its surroundings say what it is made of."""

import os

from agent_memory.app import create_app
from agent_memory.store import Store


def store_of(environment: dict[str, str]) -> Store | None:
    """Find the store that the environment names, if it names one."""
    database = environment.get("DATABASE_URL", "")
    cache = environment.get("REDIS_URL", "")
    if not database or not cache:
        return None
    store = Store(database, cache)
    store.prepare()
    return store


app = create_app(store_of(dict(os.environ)), os.environ.get("VERSION", "dev"))
