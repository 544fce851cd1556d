"""What the private team Payments keeps of suspects, for the test of every address."""

from __future__ import annotations

from typing import Any

from reliability.suspects.models import Case, Suspect
from slo.models import Slo
from tests.cast import BEGINNING, Cast

MARK = "hidden-treasure"


def hidden_suspects(cast: Cast, slo: Slo) -> dict[str, dict[str, Any]]:
    """The arguments of addresses that start with the key."""
    case = Case.objects.create(
        kind="burn", team=cast.payments, slo=slo, service=slo.service, subject=MARK, started_at=BEGINNING,
        window_seconds=86_400, seen_at=BEGINNING, ranked_at=BEGINNING, spent=0.1,
    )  # fmt: skip
    suspect = Suspect.objects.create(
        case=case, key="change-1", kind="change", label=MARK, began_at=BEGINNING, ended_at=BEGINNING, lag_seconds=60,
        distance=0, failed=0, total=0, place=1, score=0.5, first_place=1, first_score=0.5, service=slo.service,
        team_ids=[cast.payments.pk],
    )  # fmt: skip
    return {
        "delivery/suspects/": {"case_id": case.pk, "suspect_id": suspect.pk, "slug": cast.payments.slug},
        "suspects/": {"case_id": case.pk, "suspect_id": suspect.pk, "slug": cast.payments.slug},
    }
