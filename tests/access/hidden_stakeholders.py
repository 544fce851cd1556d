"""Stakeholders, their messages, duties and toil of the private team Payments, for the test of every address."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal
from typing import Any

from incidents.response.models import Incident
from incidents.stakeholders.models import (
    Delivery,
    Group,
    MessageText,
    Recipient,
    Stakeholder,
    StakeholderMessage,
    Wording,
)
from reliability.duties.models import Duty, DutyEntry, ToilEntry
from tests.cast import BEGINNING, Cast

MARK = "hidden-treasure"
_WRITTEN = {"created_at": BEGINNING, "updated_at": BEGINNING}


def hidden_stakeholders(cast: Cast, incident: Incident) -> Mapping[str, dict[str, Any]]:
    """The arguments of addresses of stakeholders."""
    person = Stakeholder.objects.create(
        team=cast.payments, name=MARK, role=MARK, audience="support", address=f"{MARK}@example.org", consent_note=MARK,
        **_WRITTEN,
    )  # fmt: skip
    group = Group.objects.create(team=cast.payments, name=MARK, description=MARK, **_WRITTEN)
    group.members.add(person)
    Wording.objects.create(
        team=cast.payments, audience="support", kind="updated", subject=MARK, text=MARK, updated_at=BEGINNING
    )
    message = StakeholderMessage.objects.create(
        team=cast.payments,
        incident=incident,
        kind="updated",
        title=MARK,
        created_at=BEGINNING,
        created_by_name="Editor",
    )
    text = MessageText.objects.create(message=message, audience="support", subject=MARK, text=MARK)
    recipient = Recipient.objects.create(text=text, message=message, stakeholder=person, name=MARK)
    Delivery.objects.create(
        recipient=recipient, way="email", place=MARK, key=MARK, idempotency_key=MARK, created_at=BEGINNING,
        due_at=BEGINNING,
    )  # fmt: skip
    words = {"slug": cast.payments.slug, "audience": "support", "kind": "updated"}
    return {
        "stakeholders/": {"pk": person.pk, "token": "forged"},
        "stakeholders/groups/": {"pk": group.pk},
        "stakeholders/messages/": {"pk": message.pk},
        "stakeholders/words/": words,
    }


def hidden_duties(cast: Cast) -> Mapping[str, dict[str, Any]]:
    """The arguments of addresses of duties and toil."""
    duty = Duty.objects.create(
        team=cast.payments, kind="custom", title=MARK, instructions=MARK, every="months", due_at=BEGINNING,
        responsible="on_call", **_WRITTEN,
    )  # fmt: skip
    DutyEntry.objects.create(
        duty=duty, outcome="done", for_due_at=BEGINNING - timedelta(days=31), at=BEGINNING, by_name="Editor", note=MARK
    )
    entry = ToilEntry.objects.create(
        team=cast.payments, day=BEGINNING.date(), hours=Decimal(2), category="other", what=MARK, by_name="Editor",
        **_WRITTEN,
    )  # fmt: skip
    return {
        "duties/": {"pk": duty.pk},
        "toil/": {"pk": entry.pk, "slug": cast.payments.slug},
    }
