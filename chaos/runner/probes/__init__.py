"""Probes of our own: what the platform measures. The supervisor answers them, as the experiment's team may know.

In a document: `{"type": "python", "module": "chaos.runner.probes.slo", "func": "burn_rate", "arguments": {…}}`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from chaoslib.exceptions import ActivityFailed

from chaos.injectors.protocol import Argument
from chaos.runner.conversation import RefusedError
from chaos.runner.probes import slo, telemetry
from chaos.runner.work import Work

OWN_PROBES = "chaos.runner.probes."
_MODULES: Mapping[str, Mapping[str, Sequence[Argument]]] = {"slo": slo.FUNCTIONS, "telemetry": telemetry.FUNCTIONS}


@dataclass(frozen=True, slots=True)
class Probe:
    """name: as the supervisor is asked for it, such as "slo.burn_rate"."""

    name: str
    arguments: Sequence[Argument]


def find(*, module: str, func: str) -> Probe | None:
    """The probe that a document names so; None when there is none."""
    short = module.removeprefix(OWN_PROBES)
    arguments = _MODULES.get(short, {}).get(func)
    return None if arguments is None else Probe(name=f"{short}.{func}", arguments=arguments)


def names() -> list[str]:
    return [f"{OWN_PROBES}{module} {func}" for module, functions in _MODULES.items() for func in functions]


def run(*, work: Work, activity: Mapping[str, Any], arguments: Mapping[str, Any]) -> Any:
    """The supervisor's value. Raises ActivityFailed with its reason, such as that nothing was measured."""
    provider = activity["provider"]
    probe = find(module=provider["module"], func=provider["func"])
    if probe is None:
        raise ActivityFailed(f"there is no probe {provider['func']!r} in {provider['module']}")
    try:
        return work.conversation.ask("probe", {"probe": probe.name, "arguments": dict(arguments)})
    except RefusedError as error:
        raise ActivityFailed(str(error)) from error
