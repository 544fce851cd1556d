"""What a document may do. Read by the validation of experiments and again by the process of the run.

Nothing that the document names is imported or started here: its text is only looked at.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from chaos.injectors.registry import injectors

Path = tuple[str | int, ...]
OWN_INJECTORS = "chaos.injectors."
OWN_PROBES = "chaos.runner.probes."
_PLACEHOLDER = re.compile(r"\$\{([^}]*)\}|\$([A-Za-z_]\w*)")


@dataclass(frozen=True, slots=True)
class Problem:
    """What is not allowed or not understood. path: keys and indexes from the top of the document."""

    path: Path
    message: str


@dataclass(frozen=True, slots=True)
class Allowed:
    """modules: Python modules, each with what lies below it. programs: names or absolute paths of programs.

    outbound: hosts and networks that may be reached although not public, as OUTBOUND_ALLOWED_HOSTS has them.
    """

    modules: Sequence[str] = ()
    programs: Sequence[str] = ()
    outbound: Sequence[str] = ()

    def has_module(self, name: str) -> bool:
        return any(name == module or name.startswith(f"{module}.") for module in self.modules)

    def has_program(self, path: str) -> bool:
        return path in self.programs


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What the document may refer to. targets: slug → kind of injector, of the document's own team only."""

    allowed: Allowed
    targets: Mapping[str, str] = field(default_factory=dict)


def problems_of_document(document: Mapping[str, Any], surroundings: Surroundings) -> list[Problem]:
    """Everything in a well-formed document that may not be run, in the document's order."""
    return [
        *_of_words(document),
        *_of_secrets(document),
        *_of_controls(document, ()),
        *(problem for path, activity in activities(document) for problem in _of_activity(path, activity, surroundings)),
    ]


def activities(document: Mapping[str, Any]) -> Iterator[tuple[Path, Mapping[str, Any]]]:
    """Every activity with its place: probes, tolerances that are probes, method, rollbacks, dynamic configuration."""
    hypothesis = document.get("steady-state-hypothesis")
    probes = hypothesis.get("probes") if isinstance(hypothesis, Mapping) else None
    yield from _listed(probes, ("steady-state-hypothesis", "probes"))
    for section in ("method", "rollbacks"):
        yield from _listed(document.get(section), (section,))
    configuration = document.get("configuration")
    for name, value in configuration.items() if isinstance(configuration, Mapping) else ():
        if isinstance(value, Mapping) and value.get("type") == "probe":
            yield ("configuration", name), value


def _listed(found: object, path: Path) -> Iterator[tuple[Path, Mapping[str, Any]]]:
    for position, activity in enumerate(found if isinstance(found, list) else []):
        if not isinstance(activity, Mapping):
            continue
        yield (*path, position), activity
        tolerance = activity.get("tolerance")
        if isinstance(tolerance, Mapping) and tolerance.get("type") == "probe":
            yield (*path, position, "tolerance"), tolerance


def _of_words(document: Mapping[str, Any]) -> Iterator[Problem]:
    """The toolkit substitutes in the title, which is shown everywhere and written to logs."""
    for key in ("title", "description"):
        value = document.get(key)
        if isinstance(value, str) and _PLACEHOLDER.search(value):
            yield Problem((key,), f"the {key} may hold no ${{…}}: it is shown to everybody; write it out")


def _of_secrets(document: Mapping[str, Any]) -> Iterator[Problem]:
    groups = document.get("secrets")
    for group, names in groups.items() if isinstance(groups, Mapping) else ():
        if not isinstance(names, Mapping):
            yield Problem(("secrets", group), f"{group} must hold names, each with where its value comes from")
            continue
        for name, value in names.items():
            if isinstance(value, Mapping) and value.get("type") == "vault":
                yield Problem(
                    ("secrets", group, name), "values from Vault are not read: enter it under Secrets of the experiment"
                )


def _of_controls(part: object, path: Path) -> Iterator[Problem]:
    """Controls are code that runs around every activity; they are refused wherever they stand."""
    if isinstance(part, Mapping):
        for key, value in part.items():
            if key == "controls" and value and not _is_argument(path):
                yield Problem(
                    (*path, key), "controls are not run here: they are code around every activity; remove them"
                )
            else:
                yield from _of_controls(value, (*path, key))
    elif isinstance(part, list):
        for position, value in enumerate(part):
            yield from _of_controls(value, (*path, position))


def _is_argument(path: Path) -> bool:
    return "arguments" in path or "extensions" in path


def _of_activity(path: Path, activity: Mapping[str, Any], surroundings: Surroundings) -> Iterator[Problem]:
    provider = activity.get("provider")
    if not isinstance(provider, Mapping):
        return
    place = (*path, "provider")
    match provider.get("type"):
        case "python":
            yield from _of_python(place, provider, surroundings)
        case "process":
            yield from _of_process(place, provider, surroundings.allowed)
        case "http":
            yield from _of_http(place, provider)


def _of_python(path: Path, provider: Mapping[str, Any], surroundings: Surroundings) -> Iterator[Problem]:
    module = str(provider.get("module", ""))
    if module.startswith(OWN_INJECTORS):
        yield from _of_injector(path, provider, module.removeprefix(OWN_INJECTORS), surroundings.targets)
    elif not module.startswith(OWN_PROBES) and not surroundings.allowed.has_module(module):
        yield Problem(
            (*path, "module"),
            f"module {module} is not allowed: an administrator of the installation can add it to CHAOS_MODULES",
        )
    elif any(part.startswith("_") for part in str(provider.get("func", "")).split(".")):
        yield Problem((*path, "func"), "a function whose name begins with _ is not for experiments")


def _of_injector(path: Path, provider: Mapping[str, Any], kind: str, targets: Mapping[str, str]) -> Iterator[Problem]:
    injector = injectors().get(kind)
    if injector is None:
        yield Problem((*path, "module"), f"there is no injector {kind!r}: there are {', '.join(sorted(injectors()))}")
        return
    func = str(provider.get("func", ""))
    if func not in injector.actions:
        yield Problem((*path, "func"), f"{kind} has no action {func!r}: it has {', '.join(injector.actions)}")
        return
    arguments = provider.get("arguments")
    arguments = arguments if isinstance(arguments, Mapping) else {}
    yield from _of_target((*path, "arguments", "target"), arguments.get("target"), kind, targets)
    known = {"target", *(argument.name for argument in injector.actions[func].arguments)}
    for name in arguments:
        if name not in known:
            yield Problem(
                (*path, "arguments", name), f"{func} has no argument {name!r}: it has {', '.join(sorted(known))}"
            )
    for argument in injector.actions[func].arguments:
        if argument.is_required and argument.name not in arguments:
            yield Problem((*path, "arguments"), f"{func} needs the argument {argument.name}: {argument.help}")


def _of_target(path: Path, target: object, kind: str, targets: Mapping[str, str]) -> Iterator[Problem]:
    if not isinstance(target, str) or _PLACEHOLDER.search(target):
        yield Problem(path, "name the target as it stands under Targets: without it nobody knows what is touched")
    elif target not in targets:
        yield Problem(path, f"your team has no target {target!r}: it has {', '.join(sorted(targets)) or 'none yet'}")
    elif targets[target] != kind:
        yield Problem(path, f"{target} is a target of the injector {targets[target]}, not of {kind}")


def _of_process(path: Path, provider: Mapping[str, Any], allowed: Allowed) -> Iterator[Problem]:
    program = str(provider.get("path", ""))
    if not allowed.has_program(program):
        yield Problem(
            (*path, "path"),
            f"program {program} is not allowed: an administrator of the installation can add it to CHAOS_PROGRAMS",
        )
    if isinstance(provider.get("arguments"), str):
        yield Problem(
            (*path, "arguments"), "arguments in one text would go through a shell: write a list, or names with values"
        )


def _of_http(path: Path, provider: Mapping[str, Any]) -> Iterator[Problem]:
    url = provider.get("url")
    if isinstance(url, str) and not re.match(r"https?://|\$", url, re.IGNORECASE):
        yield Problem((*path, "url"), f"{url} is no http or https address")
