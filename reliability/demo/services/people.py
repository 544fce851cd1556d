"""The demo's people, how they are told, and who of them is on call."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from incidents.oncall.services import documents as schedules
from incidents.paging.services import policy_documents as policies
from reliability.access.domain.caller import Caller, Role
from reliability.access.models import Team, User
from reliability.access.services import people, teams
from reliability.channels.models import ContactMethod
from reliability.demo.domain.people import PEOPLE, POLICIES, SCHEDULES, DemoPolicy


def load_people(*, caller: Caller, owners: dict[str, Team], now: datetime) -> dict[str, User]:
    """Everybody but Dana, by email address. Their mail goes to files: see EMAIL_MAILBOX."""
    found: dict[str, User] = {}
    for entry in PEOPLE:
        people.invite(caller=caller, email=entry.email, name=entry.name, is_administrator=False, now=now)
        found[entry.email] = user = User.objects.get(email=entry.email)
        people.change_profile(caller=caller, person=user, name=entry.name, time_zone=entry.time_zone, now=now)
        for slug, role in entry.teams.items():
            teams.set_member(caller=caller, team=owners[slug], email=entry.email, role=Role[role.upper()], now=now)
    for user in User.objects.all():
        # Believed without a code: nobody reads the mail of made-up people.
        ContactMethod.objects.create(
            user=user, title="Mail", kind="email", config={"address": user.email}, verified_at=now
        )
    return found


def load_on_call(*, caller: Caller, now: datetime, since: datetime) -> None:
    """Schedules that hold *since* then, and the policies over them."""
    for entry in SCHEDULES:
        schedules.put(
            caller=caller,
            slug=entry.slug,
            document={
                "title": entry.title,
                "team": entry.team,
                "description": entry.description,
                "time_zone": entry.time_zone,
                "layers": entry.layers,
            },
            now=since,
        )
    for policy in POLICIES:
        policies.put(caller=caller, slug=policy.slug, document=_document(policy), now=now)


def _document(policy: DemoPolicy) -> dict[str, Any]:
    document: dict[str, Any] = {
        "title": policy.title,
        "team": policy.team,
        "description": policy.description,
        "repeat": policy.repeat,
        "is_default": True,
        "steps": [
            {
                "delay": f"{minutes}m",
                "round_robin": is_round_robin,
                "targets": [{kind: name} for kind, name in targets],
            }
            for minutes, is_round_robin, targets in policy.steps
        ],
        "services": list(policy.services),
    }
    if policy.last_resort:
        document["last_resort"] = {"targets": [{kind: name} for kind, name in policy.last_resort]}
    if policy.ack_timeout_minutes:
        document["ack_timeout"] = f"{policy.ack_timeout_minutes}m"
    return document
