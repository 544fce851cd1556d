"""What a step of an escalation does at an instant: who is told, by what, when and why.

The engine makes notifications of a plan, the simulator shows it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from incidents.paging.domain.escalation import Move
from incidents.paging.domain.frozen import FrozenPolicy
from incidents.paging.domain.urgency import Urgency
from reliability.access.models import User
from reliability.channels.models import Channel, ContactMethod


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """One notification: to a contact method of a person, or to a channel.

    contact_method: an unsaved one (no pk) stands for the address the person signs in with. why: how it came to them,
    such as "on call in Payments primary". how: why by this and then, such as "5 min after being reached".
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

    heard_at: when the first of those told may be told; None when the step reaches nobody.
    """

    told: tuple[Planned, ...]
    unheard: tuple[str, ...]
    heard_at: datetime | None


def plan_step(*, frozen: FrozenPolicy, move: Move, team_id: int, urgency: Urgency) -> StepPlan:
    """Who is told by the step or last resort of *move*, at `move.at`.

    The last resort always reaches somebody: its targets, else the administrators of the team, else those of the
    installation.
    """
    raise NotImplementedError
