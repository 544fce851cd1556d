"""What no column can hold is refused with its place, before anything is stored. Pure."""

from __future__ import annotations

from reliability.delivery.domain.environments import environment_mistake
from reliability.delivery.domain.reading import INVALID
from reliability.delivery.domain.told import Told, UnreadableError

SHA_MAX = 64
KEY_MAX = 255
REQUEST_KEY_MAX = 120


def bounded(told: Told) -> Told:
    """The same. Raises UnreadableError."""
    for commit in told.commits:
        for sha in (commit.sha, *commit.within, *commit.before, *(commit.parents or ())):
            _require(sha, SHA_MAX, "the sha of a commit")
    for request in told.requests:
        _require(request.key, REQUEST_KEY_MAX, "the key of a change request")
        for sha in (request.merge_sha, request.base_sha, request.head_sha):
            _require(sha, SHA_MAX, "a sha of a change request")
    for deployment in told.deployments:
        _require(deployment.key, KEY_MAX, "the key of a deployment")
        _require(deployment.environment, REQUEST_KEY_MAX, "the name of an environment")
        if mistake := environment_mistake(deployment.environment):
            raise UnreadableError(INVALID, f"the name of an environment {mistake}: {deployment.environment[:40]!r}")
    for switch in told.switches:
        _require(switch.key, KEY_MAX, "the key of a change")
    return told


def _require(text: str, length_max: int, what: str) -> None:
    if len(text) > length_max:
        raise UnreadableError(INVALID, f"{what} is longer than {length_max} characters: {text[:40]}…")
