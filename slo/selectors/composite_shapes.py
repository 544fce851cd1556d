"""What all composites are made of, for the rules of nesting. For decisions, not for showing."""

from __future__ import annotations

from collections import defaultdict
from datetime import timedelta

from slo.domain.composite_drafts import Shape
from slo.domain.composites import CompositeKind
from slo.domain.windows import parse_window
from slo.models import CompositePart, CompositeVersion


def shape_of_all() -> Shape:
    """The newest version of every composite of everybody, in two queries."""
    rows = CompositeVersion.objects.order_by("composite_id", "effective_from", "pk")
    found = rows.values_list("composite_id", "pk", "kind", "window")
    newest = {composite_id: (pk, kind, window) for composite_id, pk, kind, window in found}
    owners = {pk: composite_id for composite_id, (pk, _, _) in newest.items()}
    below: dict[int, set[int]] = defaultdict(set)
    slos: dict[int, int] = defaultdict(int)
    parts = CompositePart.objects.filter(version__in=list(owners)).order_by("pk")
    for version_id, slo_id, nested_id in parts.values_list("version_id", "slo_id", "nested_id"):
        owner = owners[version_id]
        if nested_id is not None:
            below[owner].add(nested_id)
        elif slo_id is not None:
            slos[owner] += 1
    kinds = {composite_id: CompositeKind(kind) for composite_id, (_, kind, _) in newest.items()}
    days = {one: parse_window(window).length_max / timedelta(days=1) for one, (_, _, window) in newest.items()}
    return Shape(below=dict(below), kinds=kinds, slos=dict(slos), days=days)
