"""The project's own Python files, as git would list them."""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
_ROOTS = ("reliability", "slo", "chaos", "incidents", "tests", "benchmarks")


def python_files(*roots: str) -> list[Path]:
    """Relative paths, migrations left out."""
    found = (path for root in (roots or _ROOTS) for path in (ROOT / root).rglob("*.py"))
    return sorted(path.relative_to(ROOT) for path in found if "migrations" not in path.parts)
