"""What a subscriber is sent: mails with both parts and the headers of bulk mail, webhooks of Statuspage's shape, Slack.

Sources: RFC 2369 and RFC 8058 (List-Unsubscribe and one click), RFC 3834 (Auto-Submitted), RFC 2919 (List-Id).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime, formataddr, parseaddr
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string

from incidents.status_page.domain.states import ComponentState, Impact, IncidentStatus, MaintenanceStatus
from incidents.status_page.models import Delivery, StatusPage, Subscriber, Update
from incidents.status_page.services.links import confirm_url, leave_url, manage_url, page_root
from reliability.channels.domain.text import one_line, shortened
from reliability.channels.kinds.email.compose import SUBJECT_LENGTH_MAX, list_id, message_id, unsubscribing
from reliability.kit.instants import format_instant

_TEXT_MAX = 20_000


@dataclass(frozen=True, slots=True)
class Said:
    """An update in words: what mail, webhook and Slack have in common."""

    title: str
    status: str
    impact: str
    body: str
    at: datetime
    url: str
    components: tuple[tuple[str, str], ...]


def said_of(*, update: Update) -> Said:
    subject = update.incident or update.maintenance
    if subject is None:
        raise ValueError("an update is of an incident or a maintenance")
    is_incident = update.incident is not None
    words = IncidentStatus(update.status).words if is_incident else MaintenanceStatus(update.status).words
    states = update.components.select_related("component").order_by("component__position", "component_id")
    components = tuple((one.component.name, ComponentState(one.state).words) for one in states)
    if update.maintenance is not None and not components:
        named = update.maintenance.components.order_by("position", "pk").values_list("name", flat=True)
        components = tuple((name, "") for name in named)
    return Said(
        title=subject.title,
        status=words,
        impact=Impact(update.incident.impact).words if update.incident is not None else "Maintenance",
        body=shortened(update.body, _TEXT_MAX),
        at=update.at,
        url=f"{page_root(subject.page)}/{'incidents' if is_incident else 'maintenances'}/{subject.code}",
        components=components,
    )


def mail_of(*, delivery: Delivery, now: datetime) -> EmailMultiAlternatives:
    """The mail, ready to send to this one subscriber: every try has the same Message-ID."""
    subscriber, purpose = delivery.subscriber, Delivery.Purpose(delivery.purpose)
    page = subscriber.page
    context: dict[str, Any] = {
        "page": page,
        "subscriber": subscriber,
        "root": page_root(page),
        "manage_url": manage_url(subscriber=subscriber),
        "leave_url": leave_url(subscriber=subscriber),
    }
    thread = ""
    if purpose is Delivery.Purpose.UPDATE:
        update = delivery.update_said
        if update is None:
            raise ValueError("this delivery has no update")
        context["said"] = said = said_of(update=update)
        context["said_at"] = _on_clocks_of(page, said.at)
        subject, template = f"[{page.title}] {said.title}: {said.status}", "update"
        thread = message_id(f"status-{(update.incident or update.maintenance).code}")  # type: ignore[union-attr]  # one of both is there
    elif purpose is Delivery.Purpose.CONFIRM:
        context["is_active"] = subscriber.state == Subscriber.State.ACTIVE
        context["confirm_url"] = confirm_url(subscriber=subscriber, now=now)
        context["hours"] = settings.STATUS_CONFIRM_HOURS
        subject = f"You are subscribed to {page.title}" if context["is_active"] else f"Confirm: updates of {page.title}"
        template = "confirm"
    else:
        subject, template = f"{page.title}: your webhook was switched off", "switched_off"
    address = subscriber.address if subscriber.kind == Subscriber.Kind.MAIL else subscriber.contact
    mail = EmailMultiAlternatives(
        subject=one_line(subject, SUBJECT_LENGTH_MAX),
        body=render_to_string(f"status_page/mail/{template}.txt", context).strip(),
        from_email=sender(),
        to=[address],
        headers=headers_of(delivery=delivery, page=page, thread=thread, now=now),
    )
    html = render_to_string(f"status_page/mail/{template}.html", context).strip()
    mail.attach_alternative(html, "text/html")
    return mail


def _on_clocks_of(page: StatusPage, at: datetime) -> str:
    """As the page tells times, with the name of its zone: 21 November 2026, 13:00 CET (Europe/Berlin)."""
    local = at.astimezone(ZoneInfo(page.zone))
    named = "" if local.tzname() == page.zone else f" ({page.zone})"
    return f"{local.day} {local:%B %Y, %H:%M %Z}{named}"


def headers_of(*, delivery: Delivery, page: StatusPage, thread: str, now: datetime) -> dict[str, str]:
    """From and the envelope are of one domain, the configured sender's, so that SPF and DMARC see what they expect."""
    headers = {
        "From": formataddr((one_line(f"{page.title} status", 80), sender())),
        "Sender": sender(),
        "Reply-To": settings.STATUS_MAIL_REPLY_TO or sender(),
        "Message-ID": message_id(delivery.idempotency_key),
        "Date": format_datetime(now),
        "List-Id": list_id(f"status-{page.slug}"),
        "Auto-Submitted": "auto-generated",
        "X-Auto-Response-Suppress": "All",
        "Precedence": "bulk",
    }
    if thread:
        headers |= {"In-Reply-To": thread, "References": thread}
    if delivery.subscriber.kind == Subscriber.Kind.MAIL and delivery.subscriber.state == Subscriber.State.ACTIVE:
        headers |= unsubscribing(leave_url(subscriber=delivery.subscriber))
    return headers


def sender() -> str:
    """The bare address of the configured sender: of the envelope, too, where bounces go."""
    return parseaddr(settings.DEFAULT_FROM_EMAIL)[1]


def hook_of(*, delivery: Delivery, now: datetime) -> dict[str, Any]:
    """The body of a webhook, as https://support.atlassian.com/statuspage/docs/enable-webhook-notifications/ has it."""
    subscriber = delivery.subscriber
    page = subscriber.page
    about: dict[str, Any] = {
        "meta": {
            "unsubscribe": manage_url(subscriber=subscriber),
            "generated_at": format_instant(now),
        },
        "page": {
            "id": page.code,
            "name": page.title,
            "url": page_root(page),
            "updated_at": format_instant(page.changed_at),
        },
    }
    if delivery.purpose != Delivery.Purpose.UPDATE or delivery.update_said is None:
        return {**about, "type": "challenge", "challenge": challenge_of(delivery=delivery)}
    return {**about, **_subject(delivery.update_said)}


def challenge_of(*, delivery: Delivery) -> str:
    """What the answer has to hold, so that whoever runs the address shows that they want this."""
    return delivery.idempotency_key


def _subject(update: Update) -> dict[str, Any]:
    said = said_of(update=update)
    one = {
        "id": update.code,
        "status": update.status,
        "body": update.body,
        "created_at": format_instant(update.created_at),
        "updated_at": format_instant(update.updated_at),
        "display_at": format_instant(update.at),
        "affected_components": [
            {"code": row.component.code, "name": row.component.name, "old_status": row.before, "new_status": row.state}
            for row in update.components.select_related("component").order_by("pk")
        ],
    }
    subject = update.incident or update.maintenance
    if subject is None:
        raise ValueError("an update is of an incident or a maintenance")
    told: dict[str, Any] = {
        "id": subject.code,
        "name": subject.title,
        "status": update.status,
        "shortlink": said.url,
        "created_at": format_instant(subject.created_at),
        "updated_at": format_instant(subject.updated_at),
        "incident_updates": [one],
    }
    if update.incident is not None:
        told |= {
            "impact": update.incident.impact,
            "started_at": format_instant(update.incident.started_at),
            "resolved_at": format_instant(update.incident.resolved_at) if update.incident.resolved_at else None,
        }
    if update.maintenance is not None:
        told |= {
            "impact": "maintenance",
            "scheduled_for": format_instant(update.maintenance.starts_at),
            "scheduled_until": format_instant(update.maintenance.ends_at),
        }
    return {"type": "incident" if update.incident is not None else "maintenance", "incident": told}
