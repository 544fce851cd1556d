"""Values that a run's own probes ask for, as its team may know them: objectives, and queries of telemetry sources."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from reliability.access.domain.caller import Caller, Role
from reliability.access.models import Team
from reliability.telemetry.selectors.instant import InstantError, instant_value
from reliability.telemetry.selectors.sources import source
from reliability.web.errors import ProblemError
from slo.domain.status import State
from slo.selectors.burn import burn_of
from slo.selectors.measuring import REFUSAL, may_measure
from slo.selectors.slos import get_slo
from slo.selectors.status import status_of


class NoValueError(Exception):
    """Why there is no value, in words."""


def caller_of_team(*, team_id: int) -> Caller:
    """Who may know what the team and everybody may."""
    team_ids = Team.objects.filter(is_private=False).order_by().values_list("pk", flat=True)
    return Caller(name="chaos", roles={team_id: Role.EDITOR}, open_team_ids=frozenset(team_ids))


def value_of(*, team_id: int, probe: str, arguments: Mapping[str, Any], now: datetime) -> Any:
    """Raises NoValueError: unknown, not to be seen by the team, or not measured. Never a made-up number."""
    find = _PROBES.get(probe)
    if find is None:
        raise NoValueError(f"there is no probe {probe}")
    try:
        value = find(caller_of_team(team_id=team_id), arguments, now)
    except (ProblemError, InstantError) as error:
        raise NoValueError(str(error)) from error
    except KeyError as error:
        raise NoValueError(f"{probe} needs the argument {error.args[0]}") from error
    except (TypeError, ValueError) as error:
        raise NoValueError(f"{probe}: {error}") from error
    if value is None or (isinstance(value, float) and math.isnan(value)):
        raise NoValueError("nothing was measured")
    return value


def _sli(caller: Caller, arguments: Mapping[str, Any], now: datetime) -> float | None:
    return burn_of(slo=get_slo(caller=caller, name=arguments["slo"]), window=_window(arguments), at=now, now=now).sli


def _burn_rate(caller: Caller, arguments: Mapping[str, Any], now: datetime) -> float | None:
    slo = get_slo(caller=caller, name=arguments["slo"])
    return burn_of(slo=slo, window=_window(arguments), at=now, now=now).burn_rate


def _budget_left(caller: Caller, arguments: Mapping[str, Any], now: datetime) -> float | None:
    return status_of(slo=get_slo(caller=caller, name=arguments["slo"]), at=now, now=now).budget.remaining


def _is_met(caller: Caller, arguments: Mapping[str, Any], now: datetime) -> bool | None:
    state = status_of(slo=get_slo(caller=caller, name=arguments["slo"]), at=now, now=now).state
    return None if state is State.NO_DATA else state is not State.BREACHED


def _query(caller: Caller, arguments: Mapping[str, Any], now: datetime) -> float:
    found = source(caller=caller, name=arguments["source"])
    if not may_measure(caller=caller, source=found):
        raise NoValueError(REFUSAL)
    return instant_value(source=found, query=arguments["query"], now=now)


def _window(arguments: Mapping[str, Any]) -> timedelta:
    return timedelta(minutes=int(arguments.get("minutes", 5)))


_PROBES: Mapping[str, Callable[[Caller, Mapping[str, Any], datetime], Any]] = {
    "slo.sli": _sli,
    "slo.burn_rate": _burn_rate,
    "slo.budget_left": _budget_left,
    "slo.is_met": _is_met,
    "telemetry.query": _query,
}
