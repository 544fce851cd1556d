"""Experiments to begin with. Each is a file of two documents: what it is, and the experiment with {{placeholders}}."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from chaos.experiments.domain.kinds import Kind
from reliability.kit.documents import read_documents

FOLDER = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Placeholder:
    """What a template asks for. kind: text, url, slo, number, seconds or source.

    Without a value and a default, the activities that name it are left out; a required one has to be given.
    """

    name: str
    title: str
    help: str
    kind: str = "text"
    default: str = ""
    is_required: bool = False


@dataclass(frozen=True, slots=True)
class Template:
    """slug: the name of its file. injector: the kind of its targets. targets_min: how many of them it needs.

    layer: as services have it. kind: experiment or dr_trial, with its objectives. text: the document as it stands in
    the file. document: the same, read.
    """

    slug: str
    title: str
    layer: str
    injector: str
    hypothesis: str
    blast_radius: str
    teaches: str
    document: Mapping[str, Any]
    text: str
    placeholders: Sequence[Placeholder] = ()
    tags: Sequence[str] = ()
    kind: str = Kind.EXPERIMENT.value
    targets_min: int = 1
    deadline_seconds: int = 600
    rto_objective_seconds: int | None = None
    rpo_objective_seconds: int | None = None


@cache
def templates() -> Sequence[Template]:
    """Every template by layer from the widest, then by title."""
    found = [_read(path) for path in sorted(FOLDER.glob("*.yaml"))]
    return tuple(sorted(found, key=lambda one: (_WIDEST_FIRST.index(one.layer), one.title)))


def template(slug: str) -> Template:
    """Raises KeyError."""
    for one in templates():
        if one.slug == slug:
            return one
    raise KeyError(slug)


_WIDEST_FIRST = ("region", "zone", "cluster", "pod", "node", "process", "component")


def _read(path: Path) -> Template:
    """Raises whatever is wrong with the file: it is ours, and a test reads all of them."""
    text = path.read_text()
    head, document = (node.plain() for node in read_documents(text, file=path.name))
    placeholders = tuple(Placeholder(name=name, **values) for name, values in head.pop("placeholders", {}).items())
    body = text.partition("\n---\n")[2]
    return Template(slug=path.stem, placeholders=placeholders, document=document, text=body, **head)
