"""How far the way from nothing to a first objective has been walked."""

from __future__ import annotations

from dataclasses import dataclass

from reliability.access.domain.caller import Caller
from reliability.telemetry.models import Source
from reliability.telemetry.selectors.sources import list_sources
from slo.models import Sli
from slo.selectors.slis import list_slis


@dataclass(frozen=True, slots=True)
class FirstSteps:
    """One readable source and indicator, if there are any."""

    source: Source | None
    sli: Sli | None


def first_steps(*, caller: Caller) -> FirstSteps:
    return FirstSteps(source=list_sources(caller=caller).first(), sli=list_slis(caller=caller).first())
