"""The ASGI entry point."""

from __future__ import annotations

import os

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "reliability.settings")
_django = get_asgi_application()

from django.conf import settings  # noqa: E402  after the set-up above

from reliability.web.bounds import BoundedApp, Bounds  # noqa: E402  its metrics need the settings

# A job that writes much was called all the same: only the end of what it wrote is kept.
_MONITOR_BYTES = 64 * 1024

application = BoundedApp(
    _django,  # type: ignore[arg-type]  # asgiref's types are narrower than ASGI's
    Bounds(
        body_bytes=settings.BODY_BYTES_MAX,
        idle_seconds=settings.BODY_IDLE_SECONDS_MAX,
        body_seconds=settings.BODY_SECONDS_MAX,
        requests=settings.REQUESTS_MAX,
        ends={"/ping/": _MONITOR_BYTES},
    ),
)
