"""One activity of a document: its shape, its provider, its pauses. Nothing it names is imported or looked for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from chaos.experiments.domain.notes import Notes, is_number, is_placeholder
from chaos.experiments.domain.places import Path
from chaos.experiments.domain.tolerances import check_tolerance
from chaos.injectors.protocol import InjectorError
from chaos.injectors.registry import injectors
from chaos.injectors.schema import checked_value
from chaos.runner import probes
from chaos.runner.allow import OWN_INJECTORS, OWN_PROBES

SECONDS_MAX = 3_600
KNOWN = (
    "type",
    "name",
    "provider",
    "tolerance",
    "pauses",
    "background",
    "timeout",
    "ref",
    "controls",
    "dry",
    "measures",
    "weight",
    "description",
    "secrets",
    "configuration",
)
_METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
_OF_PROVIDER = {
    "python": ("type", "module", "func", "arguments", "secrets"),
    "process": ("type", "path", "arguments", "timeout", "secrets"),
    "http": ("type", "url", "method", "headers", "arguments", "timeout", "verify_tls", "max_retries", "secrets"),
}
WEIGHT_MAX = 100
NAME_LENGTH_MAX = 200  # of the records of faults; it stands in every line of the log


def check_activity(notes: Notes, path: Path, activity: Mapping[str, Any], *, must_probe: bool = False) -> None:
    """must_probe: it stands where only looking is allowed, in the hypothesis, a tolerance or the configuration."""
    notes.misspelt(path, activity, KNOWN)
    kind = activity.get("type")
    if kind not in ("probe", "action"):
        notes.add((*path, "type") if "type" in activity else path, "type must be probe or action")
    elif must_probe and kind == "action":
        notes.add((*path, "type"), "only probes may stand here: faults belong into the method, where they are undone")
    name = notes.text(path, activity, "name", "an activity")
    if name is not None and len(name) > NAME_LENGTH_MAX:
        notes.add((*path, "name"), f"has {len(name):,} characters: at most {NAME_LENGTH_MAX} are allowed")
    if "dry" in activity:
        notes.add(
            (*path, "dry"), "dry is not obeyed by the toolkit, it would be done: leave it out and ask for a dry run"
        )
    _check_when(notes, path, activity)
    _check_weight(notes, path, activity)
    provider = activity.get("provider")
    if provider is None:
        notes.add(path, "an activity needs a provider")
    elif found := notes.mapping((*path, "provider"), provider, "provider"):
        _check_provider(notes, (*path, "provider"), found, is_probe=must_probe or kind == "probe")
    if "tolerance" in activity:
        is_http = isinstance(provider, Mapping) and provider.get("type") == "http"
        check_tolerance(notes, (*path, "tolerance"), activity["tolerance"], is_http=is_http)


def _check_when(notes: Notes, path: Path, activity: Mapping[str, Any]) -> None:
    if "background" in activity and not isinstance(activity["background"], bool):
        notes.add((*path, "background"), "background must be true or false")
    timeout = activity.get("timeout")
    if timeout is not None and not _is_seconds(timeout):
        notes.add((*path, "timeout"), f"timeout must be a number of seconds up to {SECONDS_MAX:,}")
    pauses = activity.get("pauses")
    if pauses is None:
        return
    for name, value in (notes.mapping((*path, "pauses"), pauses, "pauses") or {}).items():
        place = (*path, "pauses", name)
        if name not in ("before", "after"):
            notes.add(place, "pauses are before or after")
        elif value is not None and not _is_seconds(value):
            notes.add(place, f"a pause must be a number of seconds up to {SECONDS_MAX:,}, or a ${{…}}")


def _check_weight(notes: Notes, path: Path, activity: Mapping[str, Any]) -> None:
    weight = activity.get("weight")
    if weight is not None and not (is_number(weight) and 0 < weight <= WEIGHT_MAX):
        notes.add((*path, "weight"), f"weight must be a number above 0 and up to {WEIGHT_MAX}: its share in the score")


def _is_seconds(value: object) -> bool:
    return is_placeholder(value) or (is_number(value) and 0 <= float(str(value)) <= SECONDS_MAX)


def _check_provider(notes: Notes, path: Path, provider: Mapping[str, Any], *, is_probe: bool) -> None:
    kind = provider.get("type")
    if not isinstance(kind, str) or kind not in _OF_PROVIDER:
        place = (*path, "type") if "type" in provider else path
        notes.add(place, "the type of a provider must be python, process or http")
        return
    notes.misspelt(path, provider, _OF_PROVIDER[kind])
    match kind:
        case "python":
            _check_python(notes, path, provider, is_probe=is_probe)
        case "process":
            notes.text(path, provider, "path", "a process")
            if not isinstance(provider.get("arguments", []), list | Mapping | str):
                notes.add((*path, "arguments"), "arguments must be a list, or names with values")
        case "http":
            _check_http(notes, path, provider)
    timeout = provider.get("timeout")
    if timeout is not None and not _is_timeout(timeout):
        notes.add((*path, "timeout"), f"timeout must be a number of seconds up to {SECONDS_MAX:,}")


def _is_timeout(value: object) -> bool:
    if isinstance(value, list):  # of requests: to connect, to read
        return len(value) == 2 and all(_is_seconds(one) for one in value)
    return _is_seconds(value)


def _check_python(notes: Notes, path: Path, provider: Mapping[str, Any], *, is_probe: bool) -> None:
    module = notes.text(path, provider, "module", "a python provider")
    func = notes.text(path, provider, "func", "a python provider")
    arguments = provider.get("arguments")
    if arguments is not None:
        arguments = notes.mapping((*path, "arguments"), arguments, "arguments")
    if module is None or func is None:
        return
    if module.startswith(OWN_INJECTORS):
        if is_probe:
            notes.add(path, "an injector is no probe: give the activity the type action, in the method")
        _check_values(notes, (*path, "arguments"), module.removeprefix(OWN_INJECTORS), func, arguments or {})
    elif module.startswith(OWN_PROBES):
        _check_own_probe(notes, path, module, func, arguments or {})


def _check_values(notes: Notes, path: Path, kind: str, func: str, arguments: Mapping[str, Any]) -> None:
    """What chaos.runner.allow does not look at: whether values lie within the bounds of the action."""
    injector = injectors().get(kind)
    action = injector.actions.get(func) if injector else None
    for argument in action.arguments if action else ():
        value = arguments.get(argument.name)
        if value is None or (isinstance(value, str) and "$" in value):
            continue
        try:
            checked_value(argument, value)
        except InjectorError as error:
            notes.add((*path, argument.name), str(error))


def _check_own_probe(notes: Notes, path: Path, module: str, func: str, arguments: Mapping[str, Any]) -> None:
    probe = probes.find(module=module, func=func)
    if probe is None:
        notes.add((*path, "func"), f"there is no probe {module} {func}: there are {', '.join(probes.names())}")
        return
    known = {argument.name: argument for argument in probe.arguments}
    for name, value in arguments.items():
        # `value` is what the toolkit puts in when the probe is a tolerance.
        if name not in known and name != "value":
            notes.add((*path, "arguments", name), f"{func} has no argument {name!r}: it has {', '.join(known)}")
        elif name in known and not (isinstance(value, str) and "$" in value):
            try:
                checked_value(known[name], value)
            except InjectorError as error:
                notes.add((*path, "arguments", name), str(error))
    for name, argument in known.items():
        if argument.is_required and name not in arguments:
            notes.add(path, f"{func} needs the argument {name}: {argument.help}")


def _check_http(notes: Notes, path: Path, provider: Mapping[str, Any]) -> None:
    notes.text(path, provider, "url", "an http provider")
    method = provider.get("method", "GET")
    if not isinstance(method, str) or method.upper() not in _METHODS:
        notes.add((*path, "method"), f"method must be one of {', '.join(_METHODS)}")
    headers = provider.get("headers")
    if headers is not None and notes.mapping((*path, "headers"), headers, "headers") is not None:
        for name, value in headers.items():
            if not isinstance(value, str | int) or isinstance(value, bool):
                notes.add((*path, "headers", name), "a header must be a text")
    if not isinstance(provider.get("verify_tls", True), bool):
        notes.add((*path, "verify_tls"), "verify_tls must be true or false")
    retries = provider.get("max_retries", 0)
    if isinstance(retries, bool) or not isinstance(retries, int) or not 0 <= retries <= 10:
        notes.add((*path, "max_retries"), "max_retries must be a whole number from 0 to 10")
