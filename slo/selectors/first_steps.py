"""How far the way from nothing to a first objective has been walked."""

from __future__ import annotations

from dataclasses import dataclass

from reliability.access.domain.caller import Caller
from reliability.telemetry.models import Source
from reliability.telemetry.selectors.sources import list_sources
from slo.models import Sli
from slo.selectors.measuring import is_editor_somewhere
from slo.selectors.slis import list_slis


@dataclass(frozen=True, slots=True)
class FirstSteps:
    """One readable source and indicator, if there are any; whether the caller may take the steps.

    pushed_sli: the indicator that the example of pushing counts names.
    """

    source: Source | None
    sli: Sli | None
    pushed_sli: Sli | None
    may_create: bool


def first_steps(*, caller: Caller) -> FirstSteps:
    slis = list_slis(caller=caller)
    return FirstSteps(
        source=list_sources(caller=caller).first(),
        sli=slis.first(),
        pushed_sli=slis.filter(spec__kind="pushed").first(),
        may_create=is_editor_somewhere(caller=caller),
    )
