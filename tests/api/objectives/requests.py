"""What the tests of objectives over the API send."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import orjson
from django.test import Client

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
DAYS = 28

DEFINITION = {
    "title": "Checkout succeeds",
    "team": "payments",
    "sli": "requests",
    "objective": 0.999,
    "window": {"rolling": "7d"},
}


def sent(client: Client, method: str, path: str, body: Any, **headers: str) -> Any:
    return client.generic(method, path, orjson.dumps(body), "application/json", headers=headers)
