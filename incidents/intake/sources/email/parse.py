"""A mail as an alert. One thread, told by its subject without "Re:" and states, is one alert.

Loops are refused: what a machine answered to a mail of ours must not open an incident (RFC 3834).
"""

from __future__ import annotations

import hashlib
import html
import re
from collections.abc import Mapping
from dataclasses import dataclass
from email import policy
from email.errors import MessageError
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import EmailPolicy
from email.utils import parsedate_to_datetime
from typing import Any

from incidents.intake.domain.events import DESCRIPTION_LENGTH_MAX, Action, OutsideAlert
from incidents.intake.domain.refusals import RejectedError, RejectReason
from incidents.intake.domain.severities import severity_of
from incidents.intake.domain.texts import key_of, labels_of, line, links_of
from reliability.kit.instants import InstantError, require_bounded

RESOLVE_WORDS = ("resolved", "recovered", "recovery", "ok", "up again", "cleared", "closed")
_PREFIX = re.compile(r"\A(?:\s*(?:re|fwd?|aw|wg)\s*:)+", re.IGNORECASE)
_STATE = re.compile(r"\A\s*(?:\[[^\]]{1,40}\]|\*\*|problem\b|alert\b|firing\b|down\b)[\s:*-]*", re.IGNORECASE)
_WORD = re.compile(r"[a-z0-9-]{2,20}")
_URL = re.compile(r"https?://[^\s<>\"')\]]{1,500}")
_HTML_TAG = re.compile(r"<[^<>]{0,2000}>")
# What a mail program does not show. To its end, or to that of the text.
_HTML_UNREAD = re.compile(r"<(style|script|head)\b.*?(?:</\1\s*>|\Z)", re.IGNORECASE | re.DOTALL)
# What strangers could keep us busy with for hours: the library reads a header in steps that grow with its square, and
# makes an object of each part.
_HEADER_LENGTH_MAX = 4_000
_PARTS_MAX = 1_000
_MULTIPART = re.compile(rb"multipart/", re.IGNORECASE)
_HTML_READ_MAX = 10 * DESCRIPTION_LENGTH_MAX


class _BoundedPolicy(EmailPolicy):
    """Of each header, also of those in parts, the beginning."""

    def header_source_parse(self, sourcelines: list[str]) -> tuple[str, str]:
        name, value = super().header_source_parse(sourcelines)
        return name, value[:_HEADER_LENGTH_MAX]


@dataclass(frozen=True, slots=True)
class Mail:
    """A parsed mail: its identity, and the alert it is."""

    message_id: str
    alert: OutsideAlert


def message_id_of(raw: bytes) -> str:
    """What makes a mail that comes again the same: its Message-ID with the hash of subject and date, or of all of it.

    Some senders give all their mails one Message-ID: the end of an alert must not pass for its beginning come again.
    Never fails: whatever cannot be read is hashed.
    """
    try:
        headers = BytesParser(policy=policy.compat32).parsebytes(raw, headersonly=True)
        given = " ".join(_plain(str(headers["Message-ID"] or "")).split())
        told = "\n".join(_plain(str(headers[name] or "")) for name in ("Subject", "Date"))
    except (MessageError, ValueError, LookupError, UnicodeError):
        given = told = ""
    if not given:
        return f"sha256:{hashlib.sha256(raw).hexdigest()}"
    return f"{given[:200]} {hashlib.sha256(f'{given} {told}'.encode()).hexdigest()[:32]}"


def parse(raw: bytes, *, config: Mapping[str, Any]) -> Mail:
    """Raises RejectedError for loops, and for mails that cannot be read or have no subject."""
    try:
        return _parsed(raw, config)
    except RejectedError:
        raise
    except Exception as error:  # the parser fails in many ways on what strangers make; one must not stop the others
        raise RejectedError(RejectReason.MALFORMED, f"this mail cannot be read: {type(error).__name__}") from error


def _parsed(raw: bytes, config: Mapping[str, Any]) -> Mail:
    message = _message(raw)
    loop = loop_mark(message)
    if loop:
        raise RejectedError(RejectReason.LOOP, f"an automatic answer opens no incident ({loop})")
    subject = line(_header(message, "Subject"), length=1_000)
    if not subject:
        raise RejectedError(RejectReason.INVALID, "a mail without a subject: it is what tells alerts apart")
    text = _text(message)
    resolve_words = config.get("resolve_words") or RESOLVE_WORDS
    action = Action.RESOLVE if tells_of_end(subject, resolve_words) else Action.TRIGGER
    sender = line(_header(message, "From"), length=200)
    alert = OutsideAlert(
        action=action,
        key=key_of(f"mail {thread_of(subject, resolve_words)}"),
        title=line(subject),
        severity=_severity(subject, message, config),
        description=text[:DESCRIPTION_LENGTH_MAX],
        labels=labels_of({"from": sender, "to": line(_header(message, "To"), length=200)}),
        links=links_of(("In the mail", url.rstrip(".,;")) for url in _URL.findall(text[:20_000])[:5]),
        payload={"message_id": message_id_of(raw), "from": sender, "subject": subject},
        started_at=_date(message),
    )
    return Mail(message_id=message_id_of(raw), alert=alert)


def loop_mark(message: EmailMessage) -> str:
    """What tells that a machine answered this by itself; blank for a mail that may open an incident.

    `Auto-Submitted: auto-generated` is how monitoring tools mark their alerts: that one is welcome.
    """
    submitted = _header(message, "Auto-Submitted").split(";")[0].strip().lower()
    if submitted and submitted not in ("no", "auto-generated"):
        return f"Auto-Submitted: {submitted}"
    # The mails of this platform are such answers, each in the thread of its incident: they must not become alerts.
    if _header(message, "X-Auto-Response-Suppress").strip().lower() == "all" and _header(message, "In-Reply-To"):
        return "an answer that asks for no answers"
    if (
        _header(message, "Return-Path").strip() == "<>"
        or "multipart/report" in _header(message, "Content-Type").lower()
    ):
        return "a report that a mail was not delivered"
    return ""


def thread_of(subject: str, resolve_words: Any = RESOLVE_WORDS) -> str:
    """The subject without what changes between the beginning and the end of one alert."""
    text = _PREFIX.sub("", subject)
    while (shorter := _PREFIX.sub("", _STATE.sub("", text, count=1))) != text:
        text = shorter
    pattern = "|".join(re.escape(str(word)) for word in sorted(resolve_words, key=len, reverse=True))
    if pattern:
        text = re.sub(rf"\A\s*(?:{pattern})\b[\s:*-]*", "", text, flags=re.IGNORECASE)
        text = re.sub(rf"[\s:*-]+(?:is\s+)?(?:{pattern}|down|firing|problem)\s*\Z", "", text, flags=re.IGNORECASE)
    return " ".join(text.lower().split()) or " ".join(subject.lower().split())


def tells_of_end(subject: str, words: Any) -> bool:
    folded = subject.lower()
    return any(re.search(rf"\b{re.escape(str(word).lower())}\b", folded) for word in words)


def _severity(subject: str, message: EmailMessage, config: Mapping[str, Any]) -> Any:
    """The first word of the subject that names one, such as [CRITICAL]; else that of a mail marked as urgent."""
    for word in _WORD.findall(subject.lower()):
        if word in ("alert", "down", "page", "none", "ok", "high", "low", "major", "minor", "average"):
            continue  # such words stand in subjects without meaning a severity
        found = severity_of(word, own=config.get("severities"))
        if found is not None:
            return found
    return None


def _message(raw: bytes) -> EmailMessage:
    if raw.count(b"\n--") > 2 * _PARTS_MAX and _MULTIPART.search(raw):
        raise RejectedError(RejectReason.TOO_MANY, f"a mail of more than {_PARTS_MAX:,} parts: send the alert alone")
    try:
        message = BytesParser(policy=_BoundedPolicy()).parsebytes(raw)
    except (MessageError, ValueError, LookupError, RecursionError) as error:
        raise RejectedError(RejectReason.MALFORMED, f"this mail cannot be read: {error}") from error
    if not isinstance(message, EmailMessage):
        raise RejectedError(RejectReason.MALFORMED, "this mail cannot be read")
    return message


def _header(message: EmailMessage, name: str) -> str:
    """The header as text; one that cannot be decoded is empty."""
    try:
        return _plain(str(message.get(name, "") or ""))
    except (MessageError, ValueError, LookupError, AttributeError, TypeError, RecursionError):
        return ""  # the parser of headers fails on some that strangers make


def _text(message: EmailMessage) -> str:
    try:
        part = message.get_body(preferencelist=("plain", "html"))
        content = part.get_content() if part is not None else ""
    except (MessageError, ValueError, LookupError, KeyError, AttributeError, RecursionError, TypeError):
        return ""
    if not isinstance(content, str):
        return ""
    if part is not None and part.get_content_type() == "text/html":
        content = _HTML_UNREAD.sub(" ", content[:_HTML_READ_MAX])
        content = html.unescape(_HTML_TAG.sub(" ", content))
    return _plain(content).strip()


def _plain(text: str) -> str:
    """Without NUL and lone surrogates, which some charsets decode to and no database stores."""
    return text.replace("\x00", "").encode(errors="replace").decode()


def _date(message: EmailMessage) -> Any:
    try:
        return require_bounded(parsedate_to_datetime(_header(message, "Date")))
    except (ValueError, TypeError, InstantError, IndexError, OverflowError):
        return None
