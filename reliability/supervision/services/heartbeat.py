"""The sign of life that the platform sends out, for a monitor elsewhere: while work is really being done."""

from __future__ import annotations

from datetime import datetime, timedelta

import structlog
from django.conf import settings

from reliability.supervision.domain.pulse import why_stalled
from reliability.supervision.selectors.pulse import pulse
from reliability.supervision.services.operators import call
from reliability.web.outbound import OutboundError, OutboundRefused

logger = structlog.get_logger(__name__)

EVERY = timedelta(minutes=1)


def send(*, now: datetime) -> bool:
    """Call HEARTBEAT_URL, unless what leads to pages waits. Returns whether it was called and took it."""
    if not settings.HEARTBEAT_URL:
        return False
    reason = why_stalled(pulse=pulse(now=now), now=now)
    if reason:
        logger.error("heartbeat_withheld", reason=reason)
        return False
    try:
        answer = call(url=settings.HEARTBEAT_URL)
    except (OutboundError, OutboundRefused) as error:
        logger.warning("heartbeat_failed", reason=str(error))
        return False
    if answer.status >= 400:
        logger.warning("heartbeat_failed", reason=f"it answered {answer.status}")
    return answer.status < 400
