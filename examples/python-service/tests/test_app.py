"""What the service answers, and what it counts."""

import pytest
from fastapi.testclient import TestClient

from agent_memory.app import create_app
from agent_memory.store import Store


def test_memories_over_http(store: Store) -> None:
    client = TestClient(create_app(store, "v1"))
    assert client.post("/memories/ada", params={"content": "tea"}).status_code == 201
    answer = client.get("/memories/ada")
    assert (answer.json(), answer.headers["x-served-by"]) == (["tea"], "v1")


def test_without_a_store_it_says_so() -> None:
    client = TestClient(create_app(version="v1"))
    assert client.get("/").json() == {"version": "v1"}
    assert client.get("/memories/ada").status_code == 503


@pytest.mark.parametrize("path", ["/health", "/ready"])
def test_health_is_not_counted(path: str) -> None:
    client = TestClient(create_app())
    assert client.get(path).status_code == 200
    assert "http_requests_total{" not in client.get("/metrics").text


def test_what_goes_wrong_is_counted() -> None:
    app = create_app()
    app.get("/broken")(lambda: 1 // 0)
    client = TestClient(app)
    assert client.get("/broken").status_code == 500
    assert 'http_requests_total{status="500"} 1.0' in client.get("/metrics").text
