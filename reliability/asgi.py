"""The ASGI entry point."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "reliability.settings")
_django = get_asgi_application()

from csp.constants import NONCE  # noqa: E402  after the set-up above
from django.conf import settings  # noqa: E402  after the set-up above

from incidents.status_page.copies.answers import Manner  # noqa: E402  its metrics need the settings
from incidents.status_page.copies.app import KeptPages  # noqa: E402  likewise
from incidents.status_page.copies.places import own_hosts, store_of_settings  # noqa: E402  likewise
from reliability.web.bounds import BoundedApp, Bounds  # noqa: E402  its metrics need the settings

# A job that writes much was called all the same: only the end of what it wrote is kept.
_MONITOR_BYTES = 64 * 1024

_bounded = BoundedApp(
    _django,  # type: ignore[arg-type]  # asgiref's types are narrower than ASGI's
    Bounds(
        body_bytes=settings.BODY_BYTES_MAX,
        idle_seconds=settings.BODY_IDLE_SECONDS_MAX,
        body_seconds=settings.BODY_SECONDS_MAX,
        requests=settings.REQUESTS_MAX,
        ends={"/ping/": _MONITOR_BYTES},
    ),
)
# A kept page knows no nonce: it has no inline script or style.
_directives: Mapping[str, list[object]] = settings.CONTENT_SECURITY_POLICY["DIRECTIVES"]  # type: ignore[assignment]  # mixed
_policy = "; ".join(
    " ".join((name, *(str(value) for value in values if value != NONCE))) for name, values in _directives.items()
)
_transport = (
    {"strict-transport-security": f"max-age={settings.SECURE_HSTS_SECONDS}"} if settings.SECURE_HSTS_SECONDS else {}
)
application = KeptPages(
    _bounded,
    store=store_of_settings(),
    bytes_max=settings.STATUS_PAGE_MEMORY_BYTES_MAX,
    manner=Manner(
        late_after=60.0 * settings.STATUS_PAGE_LATE_MINUTES,
        page_headers={"content-security-policy": _policy, "x-frame-options": "DENY"},
        headers=_transport,
    ),
    own_hosts=own_hosts(),
    clock=time.time,
)
