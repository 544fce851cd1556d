"""What judges composites at an instant: their versions in force, and the terms of every SLO at their leaves."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from django.db.models import Exists, OuterRef, Q

from slo.domain.budgeting import BudgetingMethod
from slo.domain.composites import DEPTH_MAX, CompositeDefinition, CompositeKind, Missing, Part
from slo.domain.windows import parse_window
from slo.models import Composite, CompositePart, CompositeVersion, Slo
from slo.selectors.terms import Terms, terms_of


@dataclass(frozen=True, slots=True)
class PartTerms:
    """One part: the terms of an SLO, or of a nested composite; neither when it is gone or nested too deep."""

    row: CompositePart
    slo: Terms | None = None
    nested: CompositeTerms | None = None

    @property
    def title(self) -> str:
        """For whoever may read it."""
        return str(self.row.slo or self.row.nested or self.row.name)

    @property
    def team_id(self) -> int | None:
        """Whose it is; None when it is gone."""
        owner = self.row.slo or self.row.nested
        return owner.team_id if owner else None

    @property
    def slice_target(self) -> Decimal:
        """From which ratio on a slice of the part is good: its own word, or that of what it is."""
        if self.row.slice_target is not None:
            return self.row.slice_target
        if self.slo is not None:
            own = self.slo.definition
            is_sliced = own.budgeting is BudgetingMethod.TIMESLICES and own.slice_target is not None
            return own.slice_target if is_sliced and own.slice_target is not None else own.objective
        return self.nested.definition.objective if self.nested is not None else Decimal(1)


@dataclass(frozen=True, slots=True)
class CompositeTerms:
    """One composite's terms: the version that judges, and those of its parts in their order."""

    composite: Composite
    version: CompositeVersion
    definition: CompositeDefinition
    parts: tuple[PartTerms, ...]

    def leaves(self) -> Iterator[Terms]:
        """The SLOs at the ends, as often as they stand there."""
        for part in self.parts:
            if part.slo is not None:
                yield part.slo
            elif part.nested is not None:
                yield from part.nested.leaves()


def composite_terms_of(
    *, composites: Sequence[Composite], at: datetime, since: datetime | None = None
) -> list[CompositeTerms]:
    """The terms of each of *composites* at *at*, in their order; those without a version are left out.

    Two statements for each level of nesting and three for all SLOs, whatever their number. Before the first version the
    first one judges. since: as in terms_of.
    """
    versions = in_force(composite_ids=[one.pk for one in composites], at=at)
    return assembled(roots=[(one, versions[one.pk]) for one in composites if one.pk in versions], at=at, since=since)


def in_force(*, composite_ids: Sequence[int], at: datetime) -> dict[int, CompositeVersion]:
    """The version of each composite that is in force at *at*, or its first."""
    others = CompositeVersion.objects.filter(composite=OuterRef("composite")).order_by()
    later = others.filter(effective_from__gt=OuterRef("effective_from"), effective_from__lte=at)
    earlier = others.filter(effective_from__lt=OuterRef("effective_from"))
    rows = (
        CompositeVersion.objects.filter(composite_id__in=composite_ids)
        .filter(Q(effective_from__lte=at) & ~Exists(later) | Q(effective_from__gt=at) & ~Exists(earlier))
        .order_by()
    )
    return {version.composite_id: version for version in rows}


def assembled(
    *, roots: Sequence[tuple[Composite, CompositeVersion]], at: datetime, since: datetime | None = None
) -> list[CompositeTerms]:
    """The terms of composites that are judged by these versions of theirs; nested ones by the version in force."""
    versions = {composite.pk: version for composite, version in roots}
    known = dict(versions)
    rows: dict[int, list[CompositePart]] = {}
    level = list(known.values())
    for _ in range(DEPTH_MAX):
        rows |= _parts_of(level)
        nested = {row.nested_id for version in level for row in rows[version.pk] if row.nested_id is not None}
        found = in_force(composite_ids=sorted(nested - known.keys()), at=at) if nested - known.keys() else {}
        known |= found
        level = list(found.values())
        if not level:
            break
    # What corrects a part counts over the window of the whole, which may be longer than its own.
    longest = max((parse_window(version.window).length_max for _, version in roots), default=timedelta(0))
    since = min(since or at, at) - longest
    slos = {row.slo.pk: row.slo for parts in rows.values() for row in parts if row.slo is not None}
    terms = {one.slo.pk: one for one in terms_of(slos=list(slos.values()), at=at, since=since)} if slos else {}
    return [_tree(composite, version, known, rows, terms, depth=1) for composite, version in roots]


def _parts_of(versions: Sequence[CompositeVersion]) -> dict[int, list[CompositePart]]:
    found: dict[int, list[CompositePart]] = {version.pk: [] for version in versions}
    rows = CompositePart.objects.filter(version__in=list(found)).select_related("slo", "nested")
    for row in rows.order_by("version_id", "position", "pk"):
        found[row.version_id].append(row)
    return found


def _tree(
    composite: Composite,
    version: CompositeVersion,
    versions: Mapping[int, CompositeVersion],
    rows: Mapping[int, Sequence[CompositePart]],
    terms: Mapping[int, Terms],
    *,
    depth: int,
) -> CompositeTerms:
    def part(row: CompositePart) -> PartTerms:
        if row.slo is not None:
            return PartTerms(row, slo=terms.get(row.slo.pk))
        below = versions.get(row.nested_id) if row.nested_id is not None else None
        if row.nested is None or below is None or depth == DEPTH_MAX or below.pk not in rows:
            return PartTerms(row)
        return PartTerms(row, nested=_tree(row.nested, below, versions, rows, terms, depth=depth + 1))

    parts = tuple(part(row) for row in rows[version.pk])
    definition = CompositeDefinition(
        kind=CompositeKind(version.kind),
        objective=version.objective,
        window=parse_window(version.window),
        slice_minutes=version.slice_minutes,
        missing=Missing(version.missing),
        parts=tuple(Part(weight=one.row.weight, slice_target=one.slice_target, group=one.row.group) for one in parts),
    )
    return CompositeTerms(composite, version, definition, parts)


def slos_of(terms: CompositeTerms) -> dict[int, Slo]:
    """The SLOs at the leaves, each once."""
    return {one.slo.pk: one.slo for one in terms.leaves()}
