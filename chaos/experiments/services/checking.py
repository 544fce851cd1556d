"""Whether a fault could be put into a target now: it is asked, and nothing of it is changed."""

from __future__ import annotations

import socket
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from chaos.experiments.agents import hosts_of
from chaos.experiments.domain.commands import command_mistake
from chaos.experiments.models import Target
from chaos.experiments.selectors.surroundings import allowed
from chaos.experiments.selectors.targets import reach_of
from chaos.injectors.protocol import Injector, InjectorError
from chaos.injectors.registry import injectors
from reliability.access.domain.caller import Caller, Role
from reliability.access.services.authorize import require
from reliability.access.services.vault import VaultError
from reliability.web.outbound import OutboundError, OutboundRefused, send

ANSWER_BYTES_MAX = 256 * 1024


class Found(StrEnum):
    READY = "ready"
    NOT_READY = "not_ready"
    NOT_SEEN = "not_seen"  # only an agent elsewhere can tell


@dataclass(frozen=True, slots=True)
class Checked:
    """words: what was seen, or why not, in sentences without a full stop."""

    found: Found
    words: tuple[str, ...]


def check(*, caller: Caller, target: Target, now: datetime) -> Checked:
    """Ask the target. Responders of its team; a place of the network through the guarded client, a machine only where
    its agent runs: this one. Raises Forbidden.
    """
    require(caller=caller, team_id=target.team_id, role=Role.RESPONDER)
    injector = injectors().get(target.kind)
    if injector is None:
        return _not_ready(f"there is no injector {target.kind!r} in this version")
    mistakes = injector.problems_of_target(target.config)
    mistake = command_mistake(config=target.config, allowed=allowed())
    if mistakes or mistake:
        return _not_ready(*mistakes, *([mistake] if mistake else []))
    if injector.is_local:
        elsewhere = _elsewhere(target, now)
        if elsewhere:
            return Checked(Found.NOT_SEEN, (elsewhere,))
    return _looked(injector, target)


def _looked(injector: Injector, target: Target) -> Checked:
    try:
        words = injector.look_at_target(reach=reach_of(target=target), get=_get)
    except (InjectorError, VaultError) as error:
        return _not_ready(str(error))
    return Checked(Found.READY, tuple(words))


def _elsewhere(target: Target, now: datetime) -> str:
    """Why this machine cannot tell of a local target; blank when an agent of its name runs here."""
    named = f"the agent {target.agent}" if target.agent else "an agent"
    hosts = hosts_of(name=target.agent, now=now)
    if socket.gethostname() in hosts:
        return ""
    if not hosts:
        name = f" --name {target.agent}" if target.agent else ""
        return f"only {named} can tell, and none is there: start one on its machine with manage.py chaos agent{name}"
    return f"only {named} can tell, on {', '.join(sorted(set(hosts))[:5])}: it looks before each run"


def _get(url: str, headers: Mapping[str, str]) -> tuple[int, bytes]:
    try:
        answer = send(
            method="GET",
            url=url,
            headers=headers,
            read_seconds=3.0,
            total_seconds=5.0,
            body_bytes_max=ANSWER_BYTES_MAX,
        )
    except (OutboundError, OutboundRefused) as error:
        raise InjectorError(str(error)) from error
    return answer.status, answer.body


def _not_ready(*words: str) -> Checked:
    return Checked(Found.NOT_READY, words)
