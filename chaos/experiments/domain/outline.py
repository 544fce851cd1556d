"""An experiment as people read it: its steps in words, instead of its text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeGuard

from chaos.injectors.registry import injectors
from chaos.runner.allow import OWN_INJECTORS, OWN_PROBES
from chaos.runner.manner import manner_of

VALUE_LENGTH_MAX = 120
_NAMED_APART = frozenset({"target"})


@dataclass(frozen=True, slots=True)
class Step:
    """One activity. kind: "probe" or "action". does: in words; given: its arguments. tolerance: what must be seen.

    target: the slug of what it touches; blank: nothing of ours. pauses: seconds before and after.
    """

    name: str
    kind: str
    does: str
    target: str = ""
    given: Sequence[tuple[str, str]] = ()
    tolerance: str = ""
    is_background: bool = False
    pauses: tuple[float, float] = (0.0, 0.0)

    @property
    def is_fault(self) -> bool:
        return bool(self.target)


@dataclass(frozen=True, slots=True)
class Outline:
    """manner: how it is watched while the method runs, in words."""

    hypothesis: str
    probes: Sequence[Step]
    method: Sequence[Step]
    rollbacks: Sequence[Step]
    manner: str


def outline_of(document: Mapping[str, Any]) -> Outline:
    """Of any document, also of one with mistakes: what is not understood is left out."""
    stated = document.get("steady-state-hypothesis")
    hypothesis = stated if isinstance(stated, Mapping) else {}
    probes = _activities(hypothesis.get("probes"))
    method = _activities(document.get("method"))
    named = {str(one.get("name")): one for one in (*method, *probes) if one.get("name")}
    return Outline(
        hypothesis=str(hypothesis.get("title", "")),
        probes=[_step(one, named) for one in probes],
        method=[_step(one, named) for one in method],
        rollbacks=[_step(one, named) for one in _activities(document.get("rollbacks"))],
        manner=_manner(document),
    )


def tolerance_words(tolerance: object) -> str:
    """200 · from 0 to 0.4 · one of "a", "b" · matches ^ok · what a probe of its own says. Blank when there is none."""
    if tolerance is None:
        return ""
    if isinstance(tolerance, Mapping):
        return _tolerance_of_mapping(tolerance)
    if isinstance(tolerance, list):
        if len(tolerance) == 2 and all(_is_number(one) for one in tolerance):
            return f"from {value_text(tolerance[0])} to {value_text(tolerance[1])}"
        return f"one of {', '.join(value_text(one) for one in tolerance)}"
    return value_text(tolerance)


def value_text(value: object) -> str:
    """A value of a document or of a probe in one short line."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return f"{value:.4g}" if abs(value) < 1e6 else f"{value:,.0f}"
    if isinstance(value, Mapping) and "status" in value and ("headers" in value or "stdout" in value):
        return _answer_text(value)
    if isinstance(value, Mapping):
        return short("; ".join(f"{name} {value_text(one)}" for name, one in value.items()))
    if isinstance(value, list):
        return short(", ".join(value_text(one) for one in value))
    return short("nothing" if value is None else " ".join(str(value).split()))


def _answer_text(value: Mapping[str, Any]) -> str:
    """Of an HTTP probe its status, of a program also what it printed."""
    if "headers" in value:
        return f"status {value['status']}"
    printed = " ".join(str(value.get("stdout") or value.get("stderr") or "").split())
    return short(f"exit {value['status']}{': ' if printed else ''}{printed}")


def short(text: str) -> str:
    return text if len(text) <= VALUE_LENGTH_MAX else f"{text[: VALUE_LENGTH_MAX - 1]}…"


def _activities(value: object) -> list[Mapping[str, Any]]:
    return [one for one in value if isinstance(one, Mapping)] if isinstance(value, list) else []


def _step(activity: Mapping[str, Any], named: Mapping[str, Mapping[str, Any]]) -> Step:
    reference = activity.get("ref")
    if reference is not None:
        return _step({"name": str(reference), **named.get(str(reference), {}), "ref": None}, {})
    provider = activity.get("provider")
    does, target, given = _done(provider if isinstance(provider, Mapping) else {})
    pauses = activity.get("pauses")
    pauses = pauses if isinstance(pauses, Mapping) else {}
    return Step(
        name=str(activity.get("name", "")) or "without a name",
        kind="probe" if activity.get("type") == "probe" else "action",
        does=does,
        target=target,
        given=given,
        tolerance=tolerance_words(activity.get("tolerance")),
        is_background=bool(activity.get("background")),
        pauses=(_seconds(pauses.get("before")), _seconds(pauses.get("after"))),
    )


def _done(provider: Mapping[str, Any]) -> tuple[str, str, list[tuple[str, str]]]:
    """(words, target, arguments) of a provider."""
    arguments = provider.get("arguments")
    given = arguments if isinstance(arguments, Mapping) else {}
    kind = provider.get("type")
    if kind == "http":
        timeout = [("timeout", value_text(provider["timeout"]))] if provider.get("timeout") else []
        return f"{provider.get('method', 'GET')} {short(str(provider.get('url', '')))}", "", timeout
    if kind == "process":
        written = arguments if isinstance(arguments, str | list) else ""
        return f"runs {short(str(provider.get('path', '')))} {value_text(written)}".strip(), "", _pairs(given)
    module, func = str(provider.get("module", "")), str(provider.get("func", ""))
    if module.startswith(OWN_INJECTORS):
        return _injection(module.removeprefix(OWN_INJECTORS), func), str(given.get("target", "")), _pairs(given)
    if module.startswith(OWN_PROBES):
        return f"{module.removeprefix(OWN_PROBES)}: {func.replace('_', ' ')}", "", _pairs(given)
    return f"{module}.{func}".strip("."), "", _pairs(given)


def _injection(kind: str, func: str) -> str:
    injector = injectors().get(kind)
    action = injector.actions.get(func) if injector else None
    return f"{injector.title}: {action.title}" if injector and action else f"{kind}: {func.replace('_', ' ')}"


def _pairs(given: Mapping[str, Any]) -> list[tuple[str, str]]:
    return [(str(name), value_text(value)) for name, value in given.items() if name not in _NAMED_APART]


def _manner(document: Mapping[str, Any]) -> str:
    manner = manner_of(document)
    if not manner.hypothesis_every:
        looks = "Looked at before and after the method only."
    else:
        ends = manner.stop_after_deviations
        stops = f"; {ends} looks in a row that are out end it" if ends else ""
        looks = f"Looked at every {manner.hypothesis_every:g} s while the method runs{stops}."
    return f"{looks} Afterwards it has {manner.recovery_seconds:g} s to be steady again."


def _tolerance_of_mapping(tolerance: Mapping[str, Any]) -> str:
    kind = tolerance.get("type")
    if kind == "range":
        return f"{_of(tolerance)}{tolerance_words(tolerance.get('range'))}"
    if kind in ("regex", "jsonpath", "xpath"):
        pattern = tolerance.get("pattern") or tolerance.get("path", "")
        expected = tolerance.get("expect")
        wanted = f" is {value_text(expected)}" if expected is not None else ""
        return f"{_of(tolerance)}{kind} {short(str(pattern))}{wanted}"
    if kind == "probe":
        return f"as {tolerance.get('name', 'another probe')} says"
    return value_text(tolerance)


def _of(tolerance: Mapping[str, Any]) -> str:
    target = tolerance.get("target")
    return f"{target} " if target else ""


def _seconds(value: object) -> float:
    return float(value) if _is_number(value) and value > 0 else 0.0


def _is_number(value: object) -> TypeGuard[int | float]:
    return isinstance(value, int | float) and not isinstance(value, bool)
