"""All that is wrong with an experiment, each with its line: the Chaos Toolkit's format, and what is allowed here.

Nothing that the document names is imported, started or asked.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from chaos.experiments.domain.activities import check_activity
from chaos.experiments.domain.kinds import Kind
from chaos.experiments.domain.measures import check_measures
from chaos.experiments.domain.notes import Notes
from chaos.experiments.domain.parsing import Parsed
from chaos.experiments.domain.places import Path, Problem, line_of, written
from chaos.experiments.domain.values import check_configuration, check_placeholders, check_secrets
from chaos.runner.allow import Surroundings, problems_of_document
from chaos.runner.manner import EXTENSION, problems_of_manner

TITLE_LENGTH_MAX = 200
DESCRIPTION_LENGTH_MAX = 10_000
ACTIVITIES_MAX = 200
TAGS_MAX = 50
TAG_LENGTH_MAX = 100
PROBLEMS_MAX = 200
KNOWN = (
    "version",
    "title",
    "description",
    "tags",
    "steady-state-hypothesis",
    "method",
    "rollbacks",
    "configuration",
    "secrets",
    "controls",
    "extensions",
    "contributions",
    "runtime",
    "dry",
)
_CONTRIBUTIONS = ("high", "medium", "low", "none")


def problems(
    *, parsed: Parsed, surroundings: Surroundings, kind: Kind = Kind.EXPERIMENT, needs_rpo: bool = False
) -> list[Problem]:
    """All problems by line, at most PROBLEMS_MAX; none: it may be run. needs_rpo: it has an objective for lost data."""
    document = parsed.document
    notes = Notes()
    notes.misspelt((), document, KNOWN)
    _check_head(notes, document)
    _check_extensions(notes, document)
    check_configuration(notes, document)
    check_secrets(notes, document)
    _check_hypothesis(notes, document, must_look=kind is Kind.DR_TRIAL)
    _check_activities(notes, document)
    check_placeholders(notes, document)
    check_measures(notes, document, needs_rpo=needs_rpo)
    for found in problems_of_document(document, surroundings):
        notes.add(found.path, found.message)
    distinct = dict.fromkeys(notes.found)
    told = [Problem(line_of(path, parsed.lines), written(path), message) for path, message in distinct]
    return sorted(told, key=lambda problem: problem.line)[:PROBLEMS_MAX]


def _check_head(notes: Notes, document: Mapping[str, Any]) -> None:
    for name, most in (("title", TITLE_LENGTH_MAX), ("description", DESCRIPTION_LENGTH_MAX)):
        value = notes.text((), document, name, "an experiment")
        if value is not None and len(value) > most:
            notes.add((name,), f"has {len(value):,} characters: at most {most:,} are allowed")
    if "dry" in document:
        notes.add(("dry",), "dry is not obeyed by the toolkit, it would be done: leave it out and ask for a dry run")
    _check_tags(notes, document)
    contributions = document.get("contributions")
    if contributions is not None:
        for name, value in (notes.mapping(("contributions",), contributions, "contributions") or {}).items():
            if value not in _CONTRIBUTIONS:
                notes.add(("contributions", name), f"must be one of {', '.join(_CONTRIBUTIONS)}")


def _check_tags(notes: Notes, document: Mapping[str, Any]) -> None:
    tags = _optional_list(notes, document, "tags")
    if len(tags) > TAGS_MAX:
        notes.add(("tags",), f"has {len(tags):,} tags: at most {TAGS_MAX} are allowed")
    for position, tag in enumerate(tags[:TAGS_MAX]):
        if not isinstance(tag, str) or not tag.strip():
            notes.add(("tags", position), "a tag must be a text that is not blank")
        elif len(tag) > TAG_LENGTH_MAX:
            notes.add(("tags", position), f"has {len(tag):,} characters: at most {TAG_LENGTH_MAX} are allowed")


def _check_extensions(notes: Notes, document: Mapping[str, Any]) -> None:
    own: Path = ("extensions",)
    for position, extension in enumerate(_optional_list(notes, document, "extensions")):
        path = ("extensions", position)
        found = notes.mapping(path, extension, "an extension")
        if found is not None and notes.text(path, found, "name", "an extension") == EXTENSION:
            own = path
    for name, message in problems_of_manner(document):
        notes.add((*own, name), message)


def _check_hypothesis(notes: Notes, document: Mapping[str, Any], *, must_look: bool) -> None:
    path: Path = ("steady-state-hypothesis",)
    hypothesis = document.get("steady-state-hypothesis")
    probes: list[Any] = []
    if hypothesis is not None and (found := notes.mapping(path, hypothesis, "steady-state-hypothesis")) is not None:
        notes.misspelt(path, found, ("title", "probes", "controls", "description"))
        notes.text(path, found, "title", "the hypothesis")
        probes = _optional_list(notes, found, "probes", path)
    for position, probe in enumerate(probes):
        _check_one(notes, (*path, "probes", position), probe, document, is_hypothesis=True)
    if must_look and not probes:
        notes.add(path, "a disaster recovery trial needs probes in its hypothesis: recovery is seen by them")


def _check_activities(notes: Notes, document: Mapping[str, Any]) -> None:
    if document.get("method") is None:
        notes.add((), "an experiment needs a method; an empty list only looks at the hypothesis")
    for section in ("method", "rollbacks"):
        listed = _optional_list(notes, document, section)
        if len(listed) > ACTIVITIES_MAX:
            notes.add((section,), f"has {len(listed)} activities: at most {ACTIVITIES_MAX} are allowed")
        for position, activity in enumerate(listed[:ACTIVITIES_MAX]):
            _check_one(notes, (section, position), activity, document, is_hypothesis=False)
    configuration = document.get("configuration")
    for name, value in configuration.items() if isinstance(configuration, Mapping) else ():
        if isinstance(value, Mapping) and value.get("type") == "probe":
            check_activity(notes, ("configuration", name), value, must_probe=True)


def _check_one(notes: Notes, path: Path, activity: object, document: Mapping[str, Any], *, is_hypothesis: bool) -> None:
    found = notes.mapping(path, activity, "an activity")
    if found is None:
        return
    if "ref" in found:
        _check_reference(notes, path, found, document, is_hypothesis=is_hypothesis)
        return
    check_activity(notes, path, found, must_probe=is_hypothesis)
    tolerance = found.get("tolerance")
    if isinstance(tolerance, Mapping) and tolerance.get("type") == "probe":
        check_activity(notes, (*path, "tolerance"), tolerance, must_probe=True)
    if is_hypothesis and tolerance is None and "tolerance" not in found:
        notes.add(path, "a probe of the hypothesis needs a tolerance: what its value must be")


def _check_reference(
    notes: Notes, path: Path, activity: Mapping[str, Any], document: Mapping[str, Any], *, is_hypothesis: bool
) -> None:
    reference = activity["ref"]
    named = [one for one in _referable(document) if one.get("name") == reference and "ref" not in one]
    if not isinstance(reference, str) or not reference.strip():
        notes.add((*path, "ref"), "ref must be the name of an activity")
    elif not named:
        notes.add((*path, "ref"), f"no activity of the method or the hypothesis is named {reference[:80]!r}")
    elif len(named) > 1:
        notes.add((*path, "ref"), f"{len(named)} activities are named {reference[:80]!r}: give each its own name")
    elif is_hypothesis and (named[0].get("type") != "probe" or "tolerance" not in named[0]):
        notes.add((*path, "ref"), f"{reference[:80]!r} is no probe with a tolerance")


def _referable(document: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    hypothesis = document.get("steady-state-hypothesis")
    probes = hypothesis.get("probes") if isinstance(hypothesis, Mapping) else None
    return [
        one
        for section in (document.get("method"), probes)
        for one in (section if isinstance(section, list) else [])
        if isinstance(one, Mapping)
    ]


def _optional_list(notes: Notes, holder: Mapping[str, Any], name: str, around: Path = ()) -> list[Any]:
    value = holder.get(name)
    if value is None:
        return []
    return notes.listed((*around, name), value, name) or []
