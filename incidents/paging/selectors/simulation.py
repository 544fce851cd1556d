"""If this fired at this moment: who would be told, when, by what and why. Walks as the engine does, and writes nothing.

The same functions decide: first_move, next_move and same_step say where it goes, plan_step whom it tells.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from incidents.paging.domain.escalation import Move, MoveKind, Reason, first_move, next_move, same_step
from incidents.paging.domain.frozen import FrozenPolicy, TargetKind
from incidents.paging.domain.urgency import Urgency
from incidents.paging.models import EscalationPolicy
from incidents.paging.selectors.frozen import frozen_policy, masked
from incidents.paging.selectors.people import visible_ids
from incidents.paging.selectors.plans import Planned, StepPlan, plan_step
from incidents.paging.selectors.reach import Reach
from incidents.paging.selectors.targets import HIDDEN_WORDS, keys_of, visible_keys
from reliability.access.domain.caller import Caller
from reliability.channels.kinds.registry import UnknownKindError, kind_of
from reliability.channels.models import ContactMethod

# Shifts of a policy are read for this long at once.
_AHEAD = timedelta(days=2)
# Whoever is told by one step beyond this is counted, not listed.
TOLD_MAX = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One notification. who: a person or channel; user_id: of a person whom the caller may know.

    by: the kind of the contact method or channel; its own title only for the person. held: quiet hours moved it.
    is_void: somebody acknowledged before it was due, so it is never sent.
    """

    at: datetime
    who: str
    by: str
    why: str
    how: str
    user_id: int | None = None
    channel_name: str = ""
    held: bool = False
    is_void: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """A step, the last resort or the end. more: how many are told beyond those listed."""

    move: Move
    told: tuple[Told, ...] = ()
    unheard: tuple[str, ...] = ()
    more: int = 0

    @property
    def is_heard(self) -> bool:
        return any(not told.is_void for told in self.told)


@dataclass(frozen=True, slots=True, kw_only=True)
class Simulation:
    """acknowledged_at: None when nobody acknowledges. lapse: what happens when the acknowledgement lapses."""

    at: datetime
    urgency: Urgency
    stages: tuple[Stage, ...]
    acknowledged_at: datetime | None = None
    lapse: Stage | None = None

    @property
    def first_told_at(self) -> datetime | None:
        return min((told.at for stage in self.stages for told in stage.told if not told.is_void), default=None)


def simulate(
    *,
    caller: Caller,
    policy: EscalationPolicy,
    at: datetime,
    urgency: Urgency,
    acknowledged_after: timedelta | None = None,
) -> Simulation:
    """The whole course of an escalation that begins *at*, acknowledged after a while or never."""
    frozen = frozen_policy(policy=policy)
    frozen = masked(frozen=frozen, visible=visible_keys(caller=caller, keys=keys_of(frozen)))
    reach = Reach(frozen=frozen, team_id=policy.team_id, ahead=_AHEAD)
    acknowledged_at = None if acknowledged_after is None else at + acknowledged_after

    def plan(move: Move) -> StepPlan:
        return plan_step(frozen=frozen, move=move, team_id=policy.team_id, urgency=urgency, reach=reach)

    walked: list[tuple[Move, StepPlan]] = []
    move = first_move(frozen=frozen, at=at)
    while acknowledged_at is None or move.at < acknowledged_at or not walked:
        walked.append((move, plan(move)))
        if move.kind is MoveKind.EXHAUSTED:
            break
        move = next_move(frozen=frozen, move=move, heard_at=walked[-1][1].heard_at)
    else:
        move = walked[-1][0]
    lapsed = _lapse(frozen, move, acknowledged_at)
    again = [(lapsed, plan(lapsed))] if lapsed else []
    names = _names(caller, [*walked, *again])
    return Simulation(
        at=at,
        urgency=urgency,
        stages=tuple(_stage(move, found, names, caller, void_from=acknowledged_at) for move, found in walked),
        acknowledged_at=acknowledged_at,
        lapse=_stage(*again[0], names, caller, void_from=None) if again else None,
    )


def _lapse(frozen: FrozenPolicy, move: Move, acknowledged_at: datetime | None) -> Move | None:
    """The same step again, when the acknowledgement lapses; after the end of it all the last resort."""
    if acknowledged_at is None or frozen.ack_timeout is None:
        return None
    return same_step(
        frozen=frozen,
        step=move.step,
        pass_number=move.pass_number,
        at=acknowledged_at + frozen.ack_timeout,
        reason=Reason.ACK_LAPSED,
    )


def _names(caller: Caller, walked: list[tuple[Move, StepPlan]]) -> set[int]:
    people = {planned.user.pk for _, found in walked for planned in found.told if planned.user}
    return visible_ids(caller=caller, user_ids=people)


def _stage(move: Move, found: StepPlan, visible: set[int], caller: Caller, *, void_from: datetime | None) -> Stage:
    told = [_told(planned, visible, caller, void_from) for planned in found.told[:TOLD_MAX]]
    return Stage(move=move, told=tuple(told), unheard=found.unheard, more=max(0, len(found.told) - TOLD_MAX))


def _told(planned: Planned, visible: set[int], caller: Caller, void_from: datetime | None) -> Told:
    is_void = void_from is not None and planned.due_at >= void_from
    base = Told(at=planned.due_at, who="", by="", why=planned.why, how=planned.how, held=planned.held, is_void=is_void)
    if planned.channel is not None:
        seen = caller.may_read(planned.channel.team_id)
        who = planned.channel.title if seen else HIDDEN_WORDS[TargetKind.CHANNEL]
        name = planned.channel.name if seen else ""
        return replace(base, who=who, by=_kind_words(planned.channel.kind), channel_name=name)
    if planned.user is None or planned.contact_method is None:  # pragma: no cover  a notification has one of the two
        raise AssertionError
    is_visible = planned.user.pk in visible
    return replace(
        base,
        who=str(planned.user) if is_visible else HIDDEN_WORDS[TargetKind.USER],
        by=_method_words(planned.contact_method, is_own=planned.user.pk == caller.user_id),
        user_id=planned.user.pk if is_visible else None,
    )


def _method_words(method: ContactMethod, *, is_own: bool) -> str:
    """Only the person sees what they called their contact method."""
    words = _kind_words(method.kind)
    return f"{method.title} ({words})" if is_own and method.pk else words


def _kind_words(kind: str) -> str:
    try:
        return kind_of(kind).title
    except UnknownKindError:
        return kind
