"""A status page of the private team Payments with a subscriber, for the test of every address."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from incidents.status_page.models import StatusPage, Subscriber
from tests.cast import BEGINNING, Cast

MARK = "hidden-treasure"


def hidden_subscribers(cast: Cast) -> Mapping[str, dict[str, Any]]:
    """The arguments of addresses of subscribers."""
    times = {"created_at": BEGINNING, "updated_at": BEGINNING}
    page = StatusPage.objects.create(
        team=cast.payments, slug=f"{MARK}-told", title=f"{MARK} told", is_public=False, changed_at=BEGINNING, **times
    )
    reader = Subscriber.objects.create(
        page=page, kind="webhook", state="active", address=f"{MARK}.example.org", address_hash="0" * 64, **times
    )
    arguments = {"slug": page.slug, "pk": reader.pk, "subscriber_id": reader.pk}
    return {
        "status-pages/<slug:slug>/subscribers/": arguments,
        "status-pages/<slug>/subscribers": arguments,
    }
