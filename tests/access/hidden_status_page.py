"""A status page of the private team Payments with everything on it, for the test of every address."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from incidents.status_page.models import (
    Component,
    ComponentGroup,
    Maintenance,
    PageToken,
    PublicIncident,
    StatusPage,
    Template,
    Update,
)
from tests.cast import BEGINNING, Cast

MARK = "hidden-treasure"


def hidden_status_page(cast: Cast) -> Mapping[str, dict[str, Any]]:
    """The arguments of addresses of status pages."""
    times = {"created_at": BEGINNING, "updated_at": BEGINNING}
    page = StatusPage.objects.create(
        team=cast.payments, slug=f"{MARK}-page", title=f"{MARK} page", is_public=False, changed_at=BEGINNING, **times
    )
    group = ComponentGroup.objects.create(page=page, name=f"{MARK} group", **times)
    component = Component.objects.create(
        page=page, name=f"{MARK} component", group=group, shown_since_at=BEGINNING, **times
    )
    incident = PublicIncident.objects.create(
        page=page, title=f"{MARK} fails", status="investigating", started_at=BEGINNING, **times
    )
    update = Update.objects.create(incident=incident, status="investigating", body=MARK, at=BEGINNING, **times)
    work = Maintenance.objects.create(
        page=page, title=f"{MARK} work", starts_at=BEGINNING, ends_at=BEGINNING + timedelta(hours=1), **times
    )
    template = Template.objects.create(page=page, name=f"{MARK} words", status="investigating", body=MARK, **times)
    key = PageToken.objects.create(page=page, name=MARK, hint="abcd", secret_hash="1" * 64, created_at=BEGINNING)
    root = "status-pages/<slug:slug>"  # of pages and of the API
    slug = {"slug": page.slug}
    return {
        root: slug,
        f"{root}/keys": slug | {"pk": key.pk},
        f"{root}/components": slug | {"pk": component.pk, "number": component.pk},
        f"{root}/groups": slug | {"pk": group.pk},
        f"{root}/incidents": slug | {"code": incident.code},
        f"{root}/updates": slug | {"code": update.code},
        f"{root}/maintenances": slug | {"code": work.code},
        f"{root}/templates": slug | {"pk": template.pk},
    }
