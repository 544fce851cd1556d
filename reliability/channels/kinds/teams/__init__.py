"""Microsoft Teams: an Adaptive Card through the webhook of a Workflow."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from reliability.channels.domain.answers import result_of_status
from reliability.channels.domain.message import Message
from reliability.channels.domain.outcome import Outcome, Result
from reliability.channels.kinds.form import KindForm
from reliability.channels.kinds.http import post_json
from reliability.channels.kinds.place import Place
from reliability.channels.kinds.teams.card import body_of
from reliability.channels.kinds.teams.form import TeamsForm

# The retired connectors answer 200 and say in the body that nothing was delivered.
_FAILED_INSIDE = re.compile(r"endpoint returned HTTP error (\d{3})")


class TeamsKind:
    name = "teams"
    title = "Microsoft Teams"
    description = "Cards in a Teams channel or chat, through a Workflow."
    icon = "comment"
    serves_teams = True
    serves_persons = True
    needs_administrator = False
    way_back = ""
    form: type[KindForm] = TeamsForm

    def send(self, *, place: Place, message: Message, now: datetime) -> Outcome:
        outcome = post_json(url=place.secrets["webhook_url"], body=body_of(message), now=now)
        failed = _FAILED_INSIDE.search(outcome.answer) if outcome.is_delivered else None
        if failed is None:
            return outcome
        result = result_of_status(int(failed[1]))
        result = Result.UNKNOWN if result is Result.DELIVERED else result
        return replace(outcome, result=result, reason=f"{outcome.reason}, but Teams answered it {failed[1]}")

    def address(self, config: Mapping[str, Any]) -> str:
        return str(config.get("room") or "Microsoft Teams")
