"""The shape every kind of channel has."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Protocol

from reliability.channels.domain.message import Message
from reliability.channels.domain.outcome import Outcome
from reliability.channels.kinds.form import KindForm
from reliability.channels.kinds.place import Place


class Kind(Protocol):
    """One kind of channel. `name` is its folder.

    serves_teams, serves_persons: who may have it. needs_administrator: only administrators of the installation may
    say where it leads, because the outbound guard does not see it. way_back: what to set up there so that it is heard
    here (at /inbound/<kind>/<channel>/), blank when nothing comes back.
    """

    name: str
    title: str
    description: str
    icon: str
    serves_teams: bool
    serves_persons: bool
    needs_administrator: bool
    way_back: str
    form: type[KindForm]

    def send(self, *, place: Place, message: Message, now: datetime) -> Outcome:
        """One try, without retries of its own. A receiver's fault is an outcome, not an exception."""

    def address(self, config: Mapping[str, Any]) -> str:
        """Where it leads, in words to show. Never a secret."""
