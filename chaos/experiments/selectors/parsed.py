"""A stored text, parsed: in its own order, which PostgreSQL does not keep in a column of JSON."""

from __future__ import annotations

from chaos.experiments.domain.kinds import Format
from chaos.experiments.domain.parsing import Parsed, parse
from chaos.experiments.domain.places import DocumentProblemsError
from chaos.experiments.models import ExperimentVersion


def parsed_text(*, version: ExperimentVersion) -> Parsed:
    """Without lines when the text is no longer understood: it was when it was stored."""
    try:
        return parse(text=version.text, format=version.format, bytes_max=len(version.text.encode()))
    except DocumentProblemsError:
        return Parsed(document=version.document, lines={}, format=Format(version.format))
