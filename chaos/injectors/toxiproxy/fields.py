"""What a target in a proxy says of itself, and the arguments that several faults have."""

from __future__ import annotations

from urllib.parse import urlsplit

from chaos.injectors.protocol import Argument, Json
from chaos.injectors.schema import problems_of_fields

API_URL = Argument(
    "api_url", "text", "address of the proxy's HTTP API, such as http://127.0.0.1:8474", is_required=True, most=300
)
PROXY = Argument("proxy", "text", "name of the proxy at that API", is_required=True, most=128)
TOKEN = Argument("token", "text", "sent as Authorization: Bearer …, where the API wants one", is_secret=True)
TARGET_FIELDS = (API_URL, PROXY, TOKEN)

STREAM = Argument(
    "stream",
    "choice",
    "downstream: what the service answers; upstream: what it is asked",
    default="downstream",
    choices=("downstream", "upstream"),
)
DURATION = Argument(
    "duration",
    "seconds",
    "after so many seconds the proxy takes it back by itself, even if nothing of the platform runs any more",
    default=60,
    least=1,
    most=3_600,
)
HOUR_MS = 3_600_000


def share(of: str) -> Argument:
    return Argument("share", "number", f"which part of the {of} is hit, 1 is all", default=1, least=0, most=1)


def problems_of_target(config: Json) -> list[str]:
    """Also that the address is one, and holds no password, which would be shown with it."""
    problems = problems_of_fields(TARGET_FIELDS, config)
    url = str(config.get("api_url") or "")
    if not url or problems:
        return problems
    try:
        parts = urlsplit(url)
        is_address = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return [f"api_url must be an http or https address, got {url[:80]!r}"]
    if not is_address or parts.query or parts.fragment:
        problems.append(f"api_url must be an http or https address, got {url[:80]!r}")
    elif parts.username is not None or parts.password is not None:
        problems.append("api_url may hold no password: enter it as token")
    return problems
