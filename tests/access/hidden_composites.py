"""Composites of the private team Payments, and one of Commons that is made of what Payments hides."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from reliability.access.models import Team
from slo.models import Composite, CompositePart, CompositeVersion, Slo
from tests.cast import BEGINNING, Cast, SloFactory

MARK = "hidden-treasure"


def hidden_composites(cast: Cast, slo: Slo) -> dict[str, dict[str, Any]]:
    """The arguments of addresses that start with the key."""
    return _below(composite_of(cast.payments, f"{MARK}-composite", slo))


def shared_composites(cast: Cast, slo: Slo) -> dict[str, dict[str, Any]]:
    """Everybody reads the composite, and nobody but Payments two of its parts."""
    nested = composite_of(cast.payments, f"{MARK}-nested", SloFactory(team=cast.payments, name=f"{MARK}-part"))
    composite = composite_of(cast.commons, "mixed-composite", slo)
    hidden: tuple[dict[str, Any], ...] = (
        {"slo": SloFactory(team=cast.payments, name=f"{MARK}-deep")},
        {"nested": nested},
    )
    for position, part in enumerate(hidden):
        CompositePart.objects.create(
            version=composite.versions.get(), position=2 + position, name=f"{MARK}-name", group=MARK[:6], **part
        )
    return _below(composite)


def composite_of(team: Team, name: str, slo: Slo) -> Composite:
    composite = Composite.objects.create(team=team, name=name, title=name)
    version = CompositeVersion.objects.create(
        composite=composite,
        kind="chain",
        objective=Decimal("0.99"),
        window={"rolling": "1d"},
        slice_minutes=5,
        effective_from=BEGINNING,
        author_name="Editor",
    )
    for position, part in enumerate((slo, SloFactory(team=team, name=f"{name}-other"))):
        CompositePart.objects.create(version=version, position=position, slo=part, name=part.name)
    return composite


def _below(composite: Composite) -> dict[str, dict[str, Any]]:
    arguments = {"name": composite.name}
    return {"composites/": arguments, "slos/composites/": arguments}
