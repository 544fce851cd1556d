"""The links of one recipient: the signature in the address is the right."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.core.signing import Signer
from django.urls import reverse

from chaos.runs.domain.tokens import NoticeClaim
from incidents.stakeholders.models import Recipient

SIGNER = "incidents.stakeholders.recipient"
LINK_LASTS = timedelta(days=90)


def token_of(*, recipient: Recipient) -> str:
    """Good for ninety days from the message on. Needs recipient.message at hand."""
    claim = NoticeClaim(recipient.pk, recipient.message.created_at + LINK_LASTS)
    return Signer(salt=SIGNER).sign(claim.to_text())


def read_url(*, recipient: Recipient) -> str:
    return f"{settings.PUBLIC_URL}{reverse('stakeholder-read', args=(token_of(recipient=recipient),))}"


def stop_url(*, recipient: Recipient) -> str:
    return f"{settings.PUBLIC_URL}{reverse('stakeholder-stop', args=(token_of(recipient=recipient),))}"
