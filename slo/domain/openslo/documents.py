"""Files of documents into the objects they describe, with every problem found on the way."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from reliability.kit.documents import Node, read_documents
from reliability.kit.problems import DocumentError, Problem
from slo.domain.openslo.alerts import Alert, read_alert
from slo.domain.openslo.desired import ALERT_KINDS, Desired, Kind
from slo.domain.openslo.fields import Field, Notes
from slo.domain.openslo.indicators import Indicator, read_indicator
from slo.domain.openslo.metadata import API_VERSION, Metadata, read_metadata
from slo.domain.openslo.objectives import Objective, read_objectives
from slo.domain.openslo.services import read_service
from slo.domain.openslo.sources import read_source


@dataclass(frozen=True, slots=True)
class SourceText:
    """The text of one file; `name` is what problems call it."""

    name: str
    text: str | bytes


@dataclass(slots=True)
class Documents:
    """What the files hold. References are not followed yet."""

    simple: list[Desired] = field(default_factory=list)  # services and sources
    indicators: list[Indicator] = field(default_factory=list)
    objectives: list[Objective] = field(default_factory=list)
    alerts: list[Alert] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    warnings: list[Problem] = field(default_factory=list)
    count: int = 0


def read_files(files: Iterable[SourceText]) -> Documents:
    """Read every document of every file; what cannot be read stands in `problems`, the rest goes on."""
    read = Documents()
    for file in files:
        notes = Notes(file.name)
        try:
            nodes = read_documents(file.text, file=file.name)
        except DocumentError as error:
            read.problems.extend(error.problems)
            continue
        for node in nodes:
            _read_document(Field(notes, "", node.line, node), node, read)
        read.problems.extend(notes.problems)
        read.warnings.extend(notes.warnings)
    return read


def _read_document(document: Field, node: Node, read: Documents) -> None:
    if isinstance(node.value, list):  # a JSON or YAML list of documents
        for entry in node.value:
            _read_document(Field(document.notes, "", entry.line, entry), entry, read)
        return
    read.count += 1
    known = ("apiVersion", "kind", "metadata", "spec")
    if not document.mapping(known=known, required=("apiVersion", "kind", "metadata")):
        return
    version, kind_name = document.get("apiVersion"), document.get("kind")
    if not version or not kind_name:
        return
    if version.text() != API_VERSION:
        version.refuse(f"must be {API_VERSION}, got {version.text()!r}: other versions are not read")
        return
    kind_text = kind_name.choice([kind.value for kind in Kind])
    if kind_text is None or not document.get("metadata"):
        return
    kind = Kind(kind_text)
    metadata = read_metadata(document.get("metadata"), is_strict=kind not in ALERT_KINDS)
    if kind is not Kind.SERVICE and not document.get("spec"):
        document.get("spec").refuse("is required: add it")
    elif metadata is not None:
        _read_kind(kind, metadata, document, read)


def _read_kind(kind: Kind, metadata: Metadata, document: Field, read: Documents) -> None:
    spec = document.get("spec")
    if kind in ALERT_KINDS:
        alert = read_alert(kind, metadata, document)
        read.alerts.extend([alert] if alert else [])
    elif kind is Kind.SLO:
        read.objectives.extend(read_objectives(metadata, spec))
    elif kind is Kind.SLI:
        indicator = read_indicator(metadata, spec)
        read.indicators.extend([indicator] if indicator else [])
    else:
        simple = read_service(metadata, spec) if kind is Kind.SERVICE else read_source(metadata, spec)
        read.simple.extend([simple] if simple else [])
