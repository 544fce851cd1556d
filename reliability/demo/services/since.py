"""Since when the demo's objectives are in their states, looked up in their history: they were all judged just now."""

from __future__ import annotations

from datetime import datetime, timedelta

from reliability.demo.domain.promises import HISTORY_HOURS
from reliability.kit.instants import floor_minute
from reliability.kit.periods import Period
from slo.domain.status import State
from slo.models import SloStatus
from slo.selectors.fleet import figures_of
from slo.selectors.terms import Dossier, dossier_of

_EXACT = timedelta(minutes=5)
_EARLIEST = timedelta(hours=HISTORY_HOURS)


def tell_since(*, now: datetime) -> None:
    """Set `state_since` of every status to when its state began, to five minutes; at most the whole history back."""
    at = floor_minute(now)
    for status in SloStatus.objects.select_related("slo").order_by("slo_id"):
        dossier = dossier_of(slo=status.slo, period=Period(at - _EARLIEST, at))
        status.state_since = _since(dossier, State(status.state), at)
        status.save(update_fields=("state_since",))


def _since(dossier: Dossier, state: State, now: datetime) -> datetime:
    """Doubling steps back until the state differs, then halving steps between there and the last time it did not."""
    held, step = now, timedelta(minutes=10)
    while True:
        before = max(now - step, now - _EARLIEST)
        if _state(dossier, before, now) is not state:
            break
        held = before
        if before == now - _EARLIEST:
            return held
        step *= 2
    while held - before > _EXACT:
        middle = floor_minute(before + (held - before) / 2)
        if _state(dossier, middle, now) is state:
            held = middle
        else:
            before = middle
    return held


def _state(dossier: Dossier, at: datetime, now: datetime) -> State:
    return figures_of(terms=[dossier.at(at, now=now)], at=at)[0].verdict.state
