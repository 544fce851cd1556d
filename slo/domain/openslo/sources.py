"""kind: DataSource. Where indicators are measured; credentials never stand in a file."""

from __future__ import annotations

import re
from typing import Any

from slo.domain.openslo.desired import Desired, Kind
from slo.domain.openslo.fields import Field
from slo.domain.openslo.metadata import Metadata

# How files call a kind of source, in lower case, and what it is called here.
_KINDS = {
    "prometheus": "prometheus",
    "thanos": "prometheus",
    "mimir": "prometheus",
    "cortex": "prometheus",
    "victoriametrics": "prometheus",
    "counts": "counts",
}
DETAILS = "connectionDetails."  # prefix of the fields that are settings of the source
TYPES = {"prometheus": "Prometheus", "counts": "Counts"}
_SECRET = re.compile(r"pass|secret|token|credential|api_?key|access_?key|private|authorization|bearer", re.IGNORECASE)
_USERINFO = re.compile(r"[a-z]+://[^/@\s]+@", re.IGNORECASE)


def source_kind(type_name: str) -> str | None:
    """The kind of source that a file calls *type_name*, None when there is none such here."""
    return _KINDS.get(type_name.lower())


def read_source(metadata: Metadata, spec: Field) -> Desired | None:
    if not spec.mapping(known=("description", "type", "connectionDetails"), required=("type",)):
        return None
    kind = read_type(spec.get("type"))
    details = spec.get("connectionDetails")
    spec.get("description").description()
    fields: dict[str, Any] = {"type": kind, "annotations": metadata.annotations}
    if metadata.display_name:
        fields["displayName"] = metadata.display_name
    for name, entry in details.entries():  # settings that are not in the file stay as they are
        _refuse_secrets(name, entry)
        fields[f"{DETAILS}{name}"] = entry.node.plain() if entry.node else None
    places = {**metadata.places(), "kind": spec.get("type"), "*": details}
    return Desired(
        Kind.DATA_SOURCE, metadata.name, fields, metadata.ours.get("team"), metadata.file, metadata.line, places
    )


def read_type(field: Field) -> str | None:
    text = field.text()
    if not text:
        return None
    kind = source_kind(text)
    if kind is None:
        field.refuse(f"{text!r} cannot be read here: use {' or '.join(TYPES.values())}")
    return kind


def _refuse_secrets(name: str, entry: Field) -> None:
    value = entry.node.plain() if entry.node else None
    if _SECRET.search(name) or name.lower() == "headers":
        entry.refuse("credentials do not belong in a file: remove this and set it at the source, where it is encrypted")
    elif isinstance(value, str) and _USERINFO.match(value):
        entry.refuse(
            "a URL in a file must not carry user and password: set them at the source, where they are encrypted"
        )
