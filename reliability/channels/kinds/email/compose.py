"""Our message as a mail: its own Message-ID, one thread per subject, plain text and HTML."""

from __future__ import annotations

import hashlib
import re
from datetime import datetime
from email.mime.text import MIMEText
from email.utils import format_datetime
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string

from reliability.channels.domain.message import PLAIN, Attachment, Event, Message
from reliability.channels.domain.text import one_line, shortened

SUBJECT_LENGTH_MAX = 160
_TEXT_LENGTH_MAX = 50_000
_LOCAL_PART = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*\Z")
_NOT_IN_LIST_ID = re.compile(r"[^a-z0-9-]+")


def compose(*, message: Message, address: str, now: datetime) -> EmailMultiAlternatives:
    """The mail, ready to send: every try of one notification has the same Message-ID (RFC 5322 §3.6.4)."""
    thread = message_id(f"thread-{message.subject_key}")
    context = {
        "message": message,
        "text": shortened(message.text, _TEXT_LENGTH_MAX),
        "at": f"{message.at:%Y-%m-%d %H:%M:%S}",
    }
    mail = EmailMultiAlternatives(
        subject=subject(message),
        body=render_to_string("channels/mail.txt", context).strip(),
        from_email=settings.DEFAULT_FROM_EMAIL,
        to=[address],
        headers={
            "Message-ID": message_id(message.idempotency_key),
            "In-Reply-To": thread,
            "References": thread,
            "Date": format_datetime(now),
            "List-Id": list_id(message.team),
            # No vacation notices in return: RFC 3834, and what Exchange reads instead.
            "Auto-Submitted": "auto-generated",
            "X-Auto-Response-Suppress": "All",
            **(_LOUD if message.event.calls and message.severity in ("critical", "error") else {}),
            **unsubscribing(message.unsubscribe_url),
        },
    )
    mail.attach_alternative(render_to_string("channels/mail.html", context).strip(), "text/html")
    for attachment in message.attachments:
        mail.attach(_part(attachment))
    return mail


def unsubscribing(url: str) -> dict[str, str]:
    """A button of mail programs (RFC 2369), and that one click of it is enough, for which RFC 8058 asks for https."""
    if not url:
        return {}
    one_click = {"List-Unsubscribe-Post": "List-Unsubscribe=One-Click"} if url.startswith("https://") else {}
    return {"List-Unsubscribe": f"<{url}>", **one_click}


def _part(attachment: Attachment) -> MIMEText:
    """Calendars read the method of an invitation in the type of the part (RFC 6047 §2.4)."""
    part = MIMEText(attachment.content.decode(), attachment.subtype, "utf-8")
    for name, value in attachment.parameters.items():
        part.set_param(name, value)
    part.add_header("Content-Disposition", "attachment", filename=attachment.name)
    return part


_LOUD = {"Importance": "high", "X-Priority": "1 (Highest)"}


def subject(message: Message) -> str:
    """`[Sev2] Checkout fails`, later `Re: [Sev2] Checkout fails (resolved)`: one line, whatever the title holds."""
    title = one_line(message.title, SUBJECT_LENGTH_MAX)
    if message.event in PLAIN:
        return title
    severity = f"[{one_line(message.severity_word, 20)}] " if message.severity_word else ""
    if message.event in (Event.TRIGGER, Event.BUNDLE, Event.OPERATORS):
        return f"{severity}{title}"
    return f"Re: {severity}{title} ({message.event.word})"


def message_id(key: str) -> str:
    """`<key@host>`; a key that cannot stand there is replaced by its hash."""
    local = key if len(key) <= 64 and _LOCAL_PART.match(key) else hashlib.sha256(key.encode()).hexdigest()[:40]
    return f"<{local}@{_host()}>"


def list_id(team: str) -> str:
    """RFC 2919, so that people can sort pages of a team into a folder."""
    slug = _NOT_IN_LIST_ID.sub("-", team.lower()).strip("-")[:60] or "pages"
    return f"<{slug}.pages.{_host()}>"


def _host() -> str:
    return urlsplit(settings.PUBLIC_URL).hostname or "localhost"
