"""kind: Service."""

from __future__ import annotations

from typing import Any

from slo.domain.openslo.desired import Desired, Kind
from slo.domain.openslo.fields import Field
from slo.domain.openslo.metadata import Metadata

LAYERS = ("region", "zone", "cluster", "pod", "node", "process", "component")


def _joined_labels(metadata: Metadata, spec: Field) -> dict[str, str]:
    """Labels of services are single texts here; several values become one."""
    for key, value in metadata.labels.items():
        if isinstance(value, list):
            message = f"a service's label has one value here: {', '.join(value)!r} is taken"
            spec.notes.warning(metadata.line, f"metadata.labels.{key}", message)
    return {key: ", ".join(value) if isinstance(value, list) else value for key, value in metadata.labels.items()}


def read_service(metadata: Metadata, spec: Field) -> Desired | None:
    """A service. Tier, layer and runbook come from annotations and stay as they are when those are missing."""
    if spec and not spec.mapping(known=("description",)):
        return None
    fields: dict[str, Any] = {
        "displayName": metadata.display_name or metadata.name,
        "description": spec.get("description").description(),
        "labels": _joined_labels(metadata, spec),
        "annotations": metadata.annotations,
    }
    ours = metadata.ours
    if "tier" in ours:
        if ours["tier"] not in ("1", "2", "3", "4"):
            metadata.annotation("tier").refuse('must be "1", "2", "3" or "4"')
        else:
            fields["tier"] = int(ours["tier"])
    if "layer" in ours:
        if ours["layer"] not in LAYERS:
            message = f"must be one of {', '.join(LAYERS)}, got {ours['layer']!r}"
            metadata.annotation("layer").refuse(message)
        fields["layer"] = ours["layer"]
    if "runbook" in ours:
        fields["runbook"] = ours["runbook"]
    places = {
        **metadata.places(),
        "description": spec.get("description"),
        "tier": metadata.annotation("tier"),
        "layer": metadata.annotation("layer"),
        "runbook_url": metadata.annotation("runbook"),
    }
    return Desired(Kind.SERVICE, metadata.name, fields, ours.get("team"), metadata.file, metadata.line, places)
