"""The faults on bytes: arguments with their units, and the toxic each is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from chaos.injectors.protocol import Action, Argument
from chaos.injectors.toxiproxy.fields import HOUR_MS, STREAM, share
from chaos.injectors.toxiproxy.injecting import ToxicOf

_SHARE = share("connections")


def _action(name: str, title: str, *arguments: Argument) -> Action:
    return Action(name=name, title=title, arguments=(*arguments, STREAM, _SHARE))


def _needed(name: str, help: str, *, most: float, least: float = 0) -> Argument:  # noqa: A002 — Argument's own word
    return Argument(name, "integer", help, is_required=True, least=least, most=most)


_AVERAGE = _needed("average_bytes", "how long a piece is", least=1, most=1 << 30)
_ACTIONS = (
    _action(
        "latency",
        "Answers come later",
        _needed("latency_ms", "how much later, in milliseconds", least=1, most=HOUR_MS),
        Argument("jitter_ms", "integer", "so much more or less, at random", default=0, least=0, most=HOUR_MS),
    ),
    _action(
        "jitter",
        "Answers come unevenly late",
        _needed("jitter_ms", "between nothing and twice as many milliseconds later", least=1, most=HOUR_MS // 2),
    ),
    _action(
        "bandwidth",
        "The line is narrow",
        _needed("kilobytes_per_second", "1,000 bytes each", least=1, most=100_000_000),
    ),
    _action("slow_close", "Connections close late", _needed("delay_ms", "how much later", least=1, most=HOUR_MS)),
    _action(
        "timeout",
        "Nothing comes through",
        Argument("timeout_ms", "integer", "then the connection is closed; 0: never", default=0, least=0, most=HOUR_MS),
    ),
    _action(
        "reset_peer",
        "Connections are reset",
        Argument("timeout_ms", "integer", "so long after the first byte", default=0, least=0, most=HOUR_MS),
    ),
    _action("limit_data", "Connections break off", _needed("bytes", "after so many", most=1 << 50)),
    _action(
        "slicer",
        "Bytes come in small pieces",
        _AVERAGE,
        Argument("variation_bytes", "integer", "so much more or less", default=0, least=0, most=1 << 30),
        Argument("delay_us", "integer", "microseconds between pieces", default=0, least=0, most=60_000_000),
    ),
    Action(name="down", title="The service is down: connections are refused", arguments=()),
)
BYTE_ACTIONS: Mapping[str, Action] = {action.name: action for action in _ACTIONS}


def toxic_of(action: str, arguments: Mapping[str, Any]) -> ToxicOf:
    """For all of them but `down`."""
    return ToxicOf(
        type="latency" if action == "jitter" else action,
        attributes=_attributes(action, arguments),
        stream=arguments["stream"],
        toxicity=arguments["share"],
    )


def _attributes(action: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
    match action:
        case "latency":
            return {"latency": arguments["latency_ms"], "jitter": arguments["jitter_ms"]}
        case "jitter":  # around its own size, so that none would have to come early
            return {"latency": arguments["jitter_ms"], "jitter": arguments["jitter_ms"]}
        case "bandwidth":
            return {"rate": arguments["kilobytes_per_second"]}
        case "slow_close":
            return {"delay": arguments["delay_ms"]}
        case "limit_data":
            return {"bytes": arguments["bytes"]}
        case "slicer":
            return {
                "average_size": arguments["average_bytes"],
                "size_variation": arguments["variation_bytes"],
                "delay": arguments["delay_us"],
            }
        case _:  # timeout, reset_peer
            return {"timeout": arguments["timeout_ms"]}
