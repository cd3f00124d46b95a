"""The service: its answers, its health, and what it measures of itself."""

import os
import time
from collections.abc import Awaitable, Callable

from fastapi import FastAPI, HTTPException, Request, Response
from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest

from agent_memory.store import Store

QUIET = ("/health", "/ready", "/metrics")


def create_app(store: Store | None = None, version: str = "dev") -> FastAPI:
    """Make the service. Without a store it answers, and remembers nothing."""
    app = FastAPI()
    registry = CollectorRegistry()
    requests = Counter(
        "http_requests", "Requests by their answer.", ["status"], registry=registry
    )
    seconds = Histogram(
        "http_request_duration_seconds", "Time until the answer.", registry=registry
    )

    @app.middleware("http")
    async def measure(
        request: Request, answer: Callable[[Request], Awaitable[Response]]
    ) -> Response:
        started = time.perf_counter()
        try:
            response = await answer(request)
        except Exception:  # what went wrong is an answer too, and is counted
            response = Response("internal error", status_code=500)
        response.headers["x-served-by"] = version
        response.headers["x-pod"] = os.environ.get("HOSTNAME", "")
        if request.url.path not in QUIET:
            requests.labels(str(response.status_code)).inc()
            seconds.observe(time.perf_counter() - started)
        return response

    @app.get("/")
    def index() -> dict[str, str]:
        return {"version": version}

    @app.get("/health")
    @app.get("/ready")
    def health() -> dict[str, str]:
        return {"status": "ok"}

    @app.get("/metrics")
    def metrics() -> Response:
        return Response(generate_latest(registry), media_type="text/plain")

    @app.get("/memories/{agent}")
    def recall(agent: str) -> list[str]:
        return there(store).recall(agent)

    @app.post("/memories/{agent}", status_code=201)
    def remember(agent: str, content: str) -> None:
        there(store).remember(agent, content)

    return app


def there(store: Store | None) -> Store:
    """Answer 503 where there is no store."""
    if store is None:
        raise HTTPException(503, "nothing is remembered: DATABASE_URL is not set")
    return store
