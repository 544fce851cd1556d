"""What the private team Payments tells and reckons of its services, for the test of every address."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

from reliability.catalog.models import Service
from reliability.measures.models import MeasuredFigure, OwnRatio
from tests.cast import BEGINNING, Cast

MARK = "hidden-treasure"


def hidden_measures(cast: Cast, service: Service) -> dict[str, dict[str, Any]]:
    """The arguments of addresses that start with the key."""
    MeasuredFigure.objects.create(
        team=cast.payments,
        service=service,
        measure="cost",
        unit="EUR",
        start_at=BEGINNING,
        end_at=BEGINNING + timedelta(days=1),
        value=Decimal("1.5"),
        told_by_name=MARK,
        received_at=BEGINNING,
    )
    ratio = OwnRatio.objects.create(
        team=cast.payments,
        name=MARK,
        title=MARK,
        numerator="cost",
        denominator="page_views",
        created_at=BEGINNING,
        updated_at=BEGINNING,
    )
    of_it = {"ratio_id": ratio.pk}
    return {"delivery/ratios/": of_it, "ratio-definitions/": of_it}
