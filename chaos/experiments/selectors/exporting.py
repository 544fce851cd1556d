"""A version as a file: the text as it was written, or the same document in the other format."""

from __future__ import annotations

from dataclasses import dataclass

import orjson
import yaml

from chaos.experiments.domain.kinds import Format
from chaos.experiments.models import ExperimentVersion
from chaos.experiments.selectors.parsed import parsed_text

_MEDIA = {Format.YAML: "application/yaml", Format.JSON: "application/json"}


@dataclass(frozen=True, slots=True)
class Exported:
    """text: of the file; name: what it is saved as; media_type: without the charset, which is UTF-8."""

    text: str
    name: str
    media_type: str


def export(*, version: ExperimentVersion, format: Format | str = "") -> Exported:  # noqa: A002  the word of the column
    """Without *format*, or in its own one, byte for byte as it was written. Raises ValueError for an unknown one."""
    own = Format(version.format)
    wanted = Format(format) if format else own
    name = f"{version.experiment.slug}.{wanted.value}"
    return Exported(version.text if wanted is own else _written(version, wanted), name, _MEDIA[wanted])


def _written(version: ExperimentVersion, wanted: Format) -> str:
    document = parsed_text(version=version).document
    if wanted is Format.JSON:
        return orjson.dumps(document, option=orjson.OPT_INDENT_2).decode() + "\n"
    return yaml.safe_dump(document, sort_keys=False, allow_unicode=True, width=120)
