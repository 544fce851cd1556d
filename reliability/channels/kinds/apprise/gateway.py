"""Telling through apprise, which speaks to a hundred services on its own: past the outbound guard, so its addresses
are an administrator's choice.
"""

from __future__ import annotations

from typing import Any

import apprise
from apprise.result import AppriseResultStatus

from reliability.channels.domain.message import Message
from reliability.channels.domain.outcome import Outcome, Result
from reliability.channels.domain.text import one_line, shortened

# Below the 10 s of services/sending.py, so that its own words about the time-out are heard.
SECONDS_MAX = 8.0
_BODY_LENGTH_MAX = 10_000
_LOG_LINES_MAX = 20
_TYPES = {"critical": "failure", "error": "failure", "warning": "warning", "info": "info"}
# Apprise says yes, no or late; which no is for good it does not say, so each is tried again.
_RESULTS = {
    AppriseResultStatus.SUCCESS: (Result.DELIVERED, "the service took it"),
    AppriseResultStatus.PARTIAL: (Result.UNKNOWN, "a part of the service's places took it"),
    AppriseResultStatus.TIMEOUT: (Result.UNKNOWN, f"the service did not answer within {SECONDS_MAX:g} s"),
    AppriseResultStatus.NOMATCH: (Result.REFUSED, "apprise knows no service with such an address"),
    AppriseResultStatus.FAILURE: (Result.RETRY, "the service did not take it"),
}


def can_read(url: str) -> bool:
    """Whether apprise knows the service of the address and finds in it what that needs."""
    return bool(_apprise().add(url))


def tell(*, url: str, message: Message, body: str = "") -> Outcome:
    """One try, without apprise's own retries."""
    sender = _apprise()
    if not sender.add(url):
        return Outcome(Result.REFUSED, "apprise cannot read the address: look at it again")
    answer = sender.notify(
        title=one_line(message.headline, 250),
        body=body or body_of(message),
        notify_type=_TYPES.get(message.severity, "failure"),
        body_format="text",
        timeout=SECONDS_MAX,
    )
    result, reason = _RESULTS.get(answer.status, _RESULTS[AppriseResultStatus.FAILURE])
    return Outcome(result, reason, answer=_said(answer))


def body_of(message: Message) -> str:
    lines = [shortened(message.text, _BODY_LENGTH_MAX)]
    lines += [f"Acknowledge: {message.ack_url}"] if message.ack_url else []
    lines += [f"Open: {message.url}"] if message.url else []
    return "\n".join(lines).strip() or message.headline


def _apprise() -> Any:
    asset = apprise.AppriseAsset(
        app_id="Reliability",
        app_desc="Reliability",
        app_url="",
        async_mode=False,
        secure_logging=True,
        http_redirects=False,
        pgp_autogen=False,
        pem_autogen=False,
        service_timeout=SECONDS_MAX,
        allow_templates=False,
    )
    return apprise.Apprise(asset=asset)


def _said(answer: Any) -> str:
    return "\n".join(str(entry.message) for _, entry in zip(range(_LOG_LINES_MAX), answer.logs(), strict=False))
