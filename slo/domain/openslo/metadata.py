"""apiVersion, kind and metadata: what every document begins with."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from slo.domain.openslo.fields import Field

API_VERSION = "openslo/v1"
PREFIX = "reliability/"  # of the annotations that this platform reads
_NAME = re.compile(r"[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?\Z")
_LOOSE_NAME = re.compile(r"[A-Za-z0-9](?:[-_.A-Za-z0-9]{0,61}[A-Za-z0-9])?\Z")
_KEY = re.compile(r"[A-Za-z0-9](?:[-_.A-Za-z0-9]{0,61}[A-Za-z0-9])?\Z")
_DNS = re.compile(r"(?=.{1,253}\Z)[a-z0-9](?:[-a-z0-9]*[a-z0-9])?(?:\.[a-z0-9](?:[-a-z0-9]*[a-z0-9])?)*\Z")

# Annotations with a meaning here; any other under our prefix is a misspelling and refused.
KNOWN_ANNOTATIONS = (
    "team", "tier", "layer", "runbook", "service", "kind", "histogram", "op", "value", "no-data",
    "own", "short", "alerting", "alert-page", "alert-ticket", "alert-min-bad-events", "alert-min-valid-events",
    "alert-cold-start-bad-events", "alert-no-data", "alert-no-data-after", "alert-no-data-severity", "alert-no-traffic",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Metadata:
    """Name, words, labels, and annotations: `ours` are those under our prefix, without it."""

    name: str
    display_name: str = ""
    labels: dict[str, Any] = field(default_factory=dict)
    annotations: dict[str, str] = field(default_factory=dict)
    ours: dict[str, str] = field(default_factory=dict)
    line: int = 0
    file: str = ""
    place: Field | None = field(default=None, compare=False, repr=False)

    def annotation(self, name: str) -> Field:
        """Where our annotation *name* stands or would stand."""
        if self.place is None:
            raise TypeError("metadata that no file holds has no place")
        found = self.place.get("annotations").get(f"{PREFIX}{name}")
        path = f"{self.place.path}.annotations[{PREFIX}{name}]"
        return Field(found.notes, path, found.line if found else self.line, found.node)

    def places(self) -> dict[str, Field]:
        """Where every kind has its name, title, labels and owner."""
        if self.place is None:
            return {}
        place = self.place
        return {
            "name": place.get("name"),
            "title": place.get("displayName"),
            "labels": place.get("labels"),
            "team": self.annotation("team"),
        }


def read_metadata(metadata: Field, *, is_strict: bool = True) -> Metadata | None:
    """Read and check the metadata; None when there is no usable name.

    is_strict: names as RFC 1123 labels. Otherwise capitals, dots and underscores pass, as in OpenSLO's own examples
    of alert kinds.
    """
    if not metadata.mapping(known=("name", "displayName", "labels", "annotations"), required=("name",)):
        return None
    name = _read_name(metadata.get("name"), is_strict=is_strict)
    annotations = _read_annotations(metadata.get("annotations"))
    if name is None:
        return None
    return Metadata(
        name=name,
        display_name=metadata.get("displayName").text(longest=160),
        labels=_read_labels(metadata.get("labels")),
        annotations={key: value for key, value in annotations.items() if not key.startswith(PREFIX)},
        ours={key.removeprefix(PREFIX): value for key, value in annotations.items() if key.startswith(PREFIX)},
        line=metadata.get("name").line,
        file=metadata.notes.file,
        place=metadata,
    )


def _read_name(name: Field, *, is_strict: bool) -> str | None:
    text = name.text()
    if not text:
        return None
    if (_NAME if is_strict else _LOOSE_NAME).match(text):
        return text
    suggestion = re.sub(r"[^a-z0-9]+", "-", re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "-", text).lower()).strip("-")[:63]
    name.refuse(
        f"{text!r} is no name: use at most 63 lower-case letters, digits and dashes"
        + (f", such as {suggestion}" if suggestion else "")
    )
    return None


def _read_labels(labels: Field) -> dict[str, Any]:
    read: dict[str, Any] = {}
    for key, entry in labels.entries():
        if not _KEY.match(key):
            entry.refuse("a label's key has at most 63 letters, digits, dashes, underscores and dots")
        elif entry.node is not None and isinstance(entry.node.value, list):
            read[key] = [item.text(longest=200) for item in entry.items()]
        else:
            read[key] = entry.text(longest=200)
    return read


def _read_annotations(annotations: Field) -> dict[str, str]:
    read: dict[str, str] = {}
    for key, entry in annotations.entries():
        prefix, _, name = key.rpartition("/")
        if not _KEY.match(name) or (prefix and not _DNS.match(prefix)):
            entry.refuse("an annotation's key is a name, or a DNS name, a slash and a name")
        elif key.startswith(PREFIX) and name not in KNOWN_ANNOTATIONS:
            entry.refuse(f"is not read here, known are {', '.join(PREFIX + known for known in KNOWN_ANNOTATIONS)}")
        else:
            read[key] = entry.text(longest=4000)
    return read
