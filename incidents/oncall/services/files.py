"""Files of documents of every declared kind: planned and applied together, all or nothing."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction

from incidents.oncall.declared import Applied, ApplyDocument, DeclaredKind, declared_kinds
from reliability.access.domain.caller import Caller
from reliability.kit.documents import Node, read_documents
from reliability.kit.problems import DocumentError, Problem
from reliability.web.errors import ProblemError

_STEP = re.compile(r"([^.\[\]]+)|\[(\d+)\]")
_HEAD = ("apiVersion", "kind", "metadata", "spec")


@dataclass(frozen=True, slots=True)
class FileText:
    """The text of one file; `name` is what problems call it."""

    name: str
    text: bytes


@dataclass(slots=True)
class FilesPlan:
    """What the files do, in the order of doing; or the problems because of which nothing was written."""

    applied: list[Applied] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    @property
    def changes_count(self) -> int:
        return sum(1 for entry in self.applied if entry.change != "unchanged")


@dataclass(frozen=True, slots=True)
class _Document:
    file: str
    kind: DeclaredKind
    name: str
    spec: Mapping[str, Any]
    node: Node
    prefix: str

    @property
    def key(self) -> tuple[str, str]:
        return self.kind.name, self.name


def apply_files(*, caller: Caller, files: Iterable[FileText], now: datetime) -> FilesPlan:
    """Bring everything to what the documents say. With a problem anywhere nothing is written."""
    return _run(caller=caller, files=files, now=now, is_kept=True)


def plan_files(*, caller: Caller, files: Iterable[FileText], now: datetime) -> FilesPlan:
    """What apply_files would do: it is done and taken back, so that the plan cannot differ from the deed."""
    return _run(caller=caller, files=files, now=now, is_kept=False)


def _run(*, caller: Caller, files: Iterable[FileText], now: datetime, is_kept: bool) -> FilesPlan:
    plan = FilesPlan()
    documents = _read(files, plan.problems)
    if plan.problems:
        return plan
    documents.sort(key=lambda entry: entry.kind.order)
    with transaction.atomic():
        plan.applied = _applied(caller, documents, plan.problems, now)
        if plan.problems or not is_kept:
            transaction.set_rollback(True)
    return plan


def _applied(caller: Caller, documents: list[_Document], problems: list[Problem], now: datetime) -> list[Applied]:
    """Each document by itself; when all of them exist, what they say of each other."""
    done = {}
    for document in documents:
        found = _tried(document, document.kind.apply, problems, caller=caller, now=now)
        if found is not None:
            done[document.key] = found
    if problems:
        return list(done.values())  # what names one that was refused would only be refused for it
    specs = {document.key: document.spec for document in documents}
    for turn in range(max((len(document.kind.afterwards) for document in documents), default=0)):
        for document in documents:
            for act in document.kind.afterwards[turn : turn + 1]:
                found = _tried(document, act, problems, caller=caller, now=now, specs=specs)
                if found is not None:
                    done[document.key] = _together(done[document.key], found)
    return list(done.values())


def _together(first: Applied, second: Applied) -> Applied:
    change = second.change if first.change == "unchanged" else first.change
    return replace(first, change=change, details=(*first.details, *second.details))


def _tried(document: _Document, act: ApplyDocument, problems: list[Problem], **more: Any) -> Applied | None:
    try:
        with transaction.atomic():
            return act(name=document.name, spec=document.spec, **more)
    except ProblemError as error:
        for detail in error.details or [{"message": error.message}]:
            path = str(detail.get("path") or detail.get("field") or "")
            message = str(detail["message"]).removeprefix(f"{path}: ")
            line = line_of(document.node, document.prefix + path)
            where = f"{document.kind.name} {document.name}" + (f" {path}" if path else "")
            problems.append(Problem(document.file, line, where, message))
        return None


def _read(files: Iterable[FileText], problems: list[Problem]) -> list[_Document]:
    documents: list[_Document] = []
    for file in files:
        try:
            nodes = read_documents(file.text, file=file.name)
        except DocumentError as error:
            problems.extend(error.problems)
            continue
        for node in nodes:
            entries = node.value if isinstance(node.value, list) else [node]
            documents.extend(filter(None, (_document(file.name, entry, problems) for entry in entries)))
    if len(documents) > settings.APPLY_DOCUMENTS_MAX:
        most = f"{len(documents)} documents are more than {settings.APPLY_DOCUMENTS_MAX}: apply them in parts"
        problems.append(Problem("", 0, "", most))
    seen: dict[tuple[str, str], _Document] = {}
    for document in documents:
        first = seen.setdefault((document.kind.name, document.name), document)
        if first is not document:
            twice = f"{document.kind.name} {document.name!r} stands in {first.file}:{first.node.line}, too: keep one"
            problems.append(Problem(document.file, document.node.line, "", twice))
    return documents


def _document(file: str, node: Node, problems: list[Problem]) -> _Document | None:
    """{kind, metadata: {name}, spec: {…}}, or the short form {kind, name, …}."""

    def refuse(path: str, message: str) -> None:
        problems.append(Problem(file, line_of(node, path), path, message))

    written = node.plain()
    if not isinstance(written, dict):
        refuse("", "a document is a mapping with kind, metadata and spec")
        return None
    kinds = declared_kinds()
    kind = kinds.get(str(written.get("kind")))
    if kind is None:
        known = ", ".join(sorted(kinds))
        refuse("kind", f"must be one of {known}; OpenSLO documents are applied by `manage.py slo apply`")
        return None
    is_long = "metadata" in written or "spec" in written
    metadata = written.get("metadata") if is_long else written
    name = metadata.get("name", metadata.get("slug")) if isinstance(metadata, dict) else None
    if not isinstance(name, str) or not name:
        refuse("metadata.name" if is_long else "name", "is required: name the object")
        return None
    if not is_long:
        spec = {key: value for key, value in written.items() if key not in ("apiVersion", "kind", "name", "slug")}
        return _Document(file, kind, name, spec, node, "")
    for key in written:
        if key not in _HEAD:
            refuse(key, f"is not known here: known are {', '.join(_HEAD)}")
    body = written.get("spec")
    if not isinstance(body, dict):
        refuse("spec", "is required: say what the object is to be")
        return None
    return _Document(file, kind, name, body, node, "spec.")


def line_of(node: Node, path: str) -> int:
    """The line of spec.layers[0].name within a document, or of the nearest thing around it."""
    here = node
    for name, index in _STEP.findall(path):
        value = here.value
        if index and isinstance(value, list) and int(index) < len(value):
            here = value[int(index)]
        elif name and isinstance(value, dict) and name in value:
            here = value[name]
        else:
            break
    return here.line
