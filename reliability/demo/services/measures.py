"""Cost and transactions of the demo's shop, told as its bills would have told them, and a ratio of its own."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from reliability.access.models import Team, User
from reliability.access.selectors.callers import caller_of_user
from reliability.demo.domain.measures import RATIO, RATIO_TEAM, rows_until
from reliability.measures.models import MeasuredFigure
from reliability.measures.services import ratios, telling


@transaction.atomic
def load_measures(*, email: str, now: datetime) -> None:
    """Once: what comes in afterwards stays."""
    if MeasuredFigure.objects.exists():
        return
    caller = caller_of_user(user=User.objects.get(email=email))
    telling.tell(caller=caller, request=telling.Request(rows=list(enumerate(rows_until(now)))), now=now)
    draft = ratios.Draft(RATIO["title"], RATIO["numerator"], RATIO["denominator"], RATIO["unit"])
    team = Team.objects.get(slug=RATIO_TEAM)
    ratios.create(caller=caller, team=team, name=RATIO["name"], draft=draft, now=now)
