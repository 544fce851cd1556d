"""Slack: an incoming webhook out, signed buttons back."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from reliability.channels.domain.message import Message
from reliability.channels.domain.outcome import Outcome
from reliability.channels.kinds.form import KindForm
from reliability.channels.kinds.http import post_json
from reliability.channels.kinds.place import Place
from reliability.channels.kinds.slack.blocks import body_of
from reliability.channels.kinds.slack.form import SlackForm


class SlackKind:
    name = "slack"
    title = "Slack"
    description = "Messages in a Slack channel, with buttons to acknowledge, escalate, resolve and take command."
    icon = "comment"
    serves_teams = True
    serves_persons = True
    needs_administrator = False
    way_back = (
        "In your Slack app, turn on Interactivity & Shortcuts with this address as the Request URL, and enter "
        "the app's signing secret here."
    )
    form: type[KindForm] = SlackForm

    def send(self, *, place: Place, message: Message, now: datetime) -> Outcome:
        # Buttons only where their presses come back and are believed.
        body = body_of(message, has_buttons="signing_secret" in place.secrets)
        return post_json(url=place.secrets["webhook_url"], body=body, now=now)

    def address(self, config: Mapping[str, Any]) -> str:
        return str(config.get("room") or "Slack")
