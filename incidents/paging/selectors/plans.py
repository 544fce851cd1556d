"""What a step of an escalation does at an instant: who is told, by what, when and why.

The engine makes notifications of a plan, the simulator shows it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from incidents.paging.domain.escalation import Move, MoveKind
from incidents.paging.domain.frozen import FrozenPolicy, FrozenStep
from incidents.paging.domain.urgency import Urgency
from incidents.paging.selectors.reach import Reach, Reached, Recipient
from reliability.access.models import User
from reliability.channels.models import Channel, ContactMethod


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """One notification: to a contact method of a person, or to a channel.

    contact_method: an unsaved one (no pk) stands for the address the person signs in with. place: its title.
    why: how it came to them ("on call in Payments primary, step 1"); how: why by this and then ("5 min after being
    reached").
    """

    due_at: datetime
    place: str
    why: str
    how: str
    user: User | None = None
    contact_method: ContactMethod | None = None
    channel: Channel | None = None
    held: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class StepPlan:
    """told: in the order of time. unheard: why targets reach nobody, in words, such as "no one is on call in X".

    heard_at: when the first of those told may be told (quiet hours can hold it); None when the step reaches nobody.
    """

    told: tuple[Planned, ...]
    unheard: tuple[str, ...]
    heard_at: datetime | None


def plan_step(
    *, frozen: FrozenPolicy, move: Move, team_id: int, urgency: Urgency, reach: Reach | None = None
) -> StepPlan:
    """Who is told by the step or last resort of *move*, at `move.at`.

    The last resort always reaches somebody: its targets, else the administrators of the team, else those of the
    installation. Whoever plans many steps gives one *reach* for all of them.
    """
    reach = reach or Reach(frozen=frozen, team_id=team_id)
    recipients, unheard = _recipients(frozen, move, reach)
    preferences = reach.preferences(recipient.user for recipient in recipients if recipient.user)
    told: list[Planned] = []
    opens: list[datetime] = []
    for recipient in recipients:
        why = f"{recipient.via}, {where_words(move)}"
        if recipient.channel is not None:
            opens.append(move.at)
            title = recipient.channel.title
            told.append(Planned(due_at=move.at, place=title, why=why, how="at once", channel=recipient.channel))
        elif recipient.user is not None:
            person = preferences[recipient.user.pk]
            opens.append(person.opens_at(urgency=urgency, at=move.at))
            told += [
                Planned(
                    due_at=due.due_at,
                    place=method.title,
                    why=why,
                    how=due.words,
                    user=recipient.user,
                    contact_method=method,
                    held=due.held,
                )
                for method, due in person.places(urgency=urgency, reached_at=move.at)
            ]
    told.sort(key=lambda planned: planned.due_at)
    return StepPlan(told=tuple(told), unheard=tuple(unheard), heard_at=min(opens, default=None))


def where_words(move: Move) -> str:
    """`step 2`, `step 1, pass 2` or `last resort`."""
    if move.kind is not MoveKind.STEP:
        return "last resort"
    return f"step {move.step + 1}" + (f", pass {move.pass_number + 1}" if move.pass_number else "")


def _recipients(frozen: FrozenPolicy, move: Move, reach: Reach) -> tuple[list[Recipient], list[str]]:
    if move.kind is MoveKind.EXHAUSTED:
        return [], []
    if move.kind is MoveKind.STEP:
        return _of_step(frozen.steps[move.step], move, reach)
    recipients, unheard = _of_step(frozen.last_resort, move, reach) if frozen.last_resort else ([], [])
    if not recipients:
        recipients = _once(list(reach.administrators().recipients))
    return recipients, unheard


def _of_step(step: FrozenStep, move: Move, reach: Reach) -> tuple[list[Recipient], list[str]]:
    """Of the targets whose turn it is; in a round robin, of the first one from there on that reaches somebody."""
    unheard: list[str] = []
    for group in step.in_turn(move.pass_number):
        reached: list[Reached] = [reach.of(target, at=move.at) for target in group]
        unheard += [one.unheard for one in reached if one.unheard]
        recipients = [recipient for one in reached for recipient in one.recipients]
        if recipients:
            return _once(recipients), unheard
    return [], unheard


def _once(recipients: list[Recipient]) -> list[Recipient]:
    """Each person and channel once, with all that led to them."""
    found: dict[tuple[str, int], Recipient] = {}
    for recipient in recipients:
        owner = recipient.user or recipient.channel
        if owner is None:  # pragma: no cover  a recipient is one of the two
            continue
        key = (type(owner).__name__, owner.pk)
        via = f"{found[key].via} and {recipient.via}" if key in found else recipient.via
        found[key] = Recipient(via, recipient.user, recipient.channel)
    return list(found.values())
