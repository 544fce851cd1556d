"""Which targets a document names."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from chaos.runner.allow import OWN_INJECTORS, activities


def targets_named(document: Mapping[str, Any]) -> list[str]:
    """Slugs in the document's order, each once: what a run of it may touch."""
    found: dict[str, None] = {}
    for _, activity in activities(document):
        provider = activity.get("provider")
        if not isinstance(provider, Mapping) or not str(provider.get("module", "")).startswith(OWN_INJECTORS):
            continue
        arguments = provider.get("arguments")
        slug = arguments.get("target") if isinstance(arguments, Mapping) else None
        if isinstance(slug, str):
            found[slug] = None
    return list(found)
