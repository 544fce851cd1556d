"""Texts with placeholders: what may stand in them, what is wrong with one, and what it says of something real.

`{service}` stands for a value; `{{` and `}}` are braces. A line whose placeholders are all empty is left out.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping

PLACEHOLDERS: dict[str, str] = {
    "title": "title of the incident",
    "number": "its number, #12",
    "team": "team that works on it",
    "service": "services it touches",
    "severity": "Sev1 to Sev5",
    "meaning": "what that severity means",
    "status": "how it stands: triggered, acknowledged, resolved",
    "phase": "what is done now: detection, response, remediation",
    "summary": "summary of the incident",
    "impact": "what users notice, as typed in the composer",
    "started": "when users began to notice",
    "duration": "how long it lasts, or lasted",
    "next_update": "when the next message is promised",
    "commander": "who leads the response",
    "when": "when something planned takes place",
}
_PIECE = re.compile(r"\{\{|\}\}|\{([^{}\n]*)\}|[{}]")
_VALUE_MAX = 2_000


def mistakes_of(text: str) -> list[str]:
    """What to change, once each."""
    found: list[str] = []
    for match in _PIECE.finditer(text):
        name = match[1]
        if match[0] in ("{{", "}}"):
            continue
        if name is None:
            found.append(f"a single {match[0]} begins or ends nothing: write {match[0] * 2} for the brace itself")
        elif name not in PLACEHOLDERS:
            near = difflib.get_close_matches(name.strip().lower(), PLACEHOLDERS, n=1, cutoff=0.5)
            hint = (
                f"did you mean {{{near[0]}}}?"
                if near
                else f"known are {', '.join(f'{{{one}}}' for one in PLACEHOLDERS)}"
            )
            found.append(f"{{{name[:40]}}} is no placeholder: {hint}")
    return list(dict.fromkeys(found))


def filled(text: str, *, values: Mapping[str, str]) -> str:
    """The text with its values. Build it from what `mistakes_of` finds nothing in; what is unknown stays as it is."""
    lines = [line for line in text.splitlines() if not _is_empty(line, values)]
    written = "\n".join(_PIECE.sub(lambda match: _piece(match, values), line).rstrip() for line in lines)
    return re.sub(r"\n{3,}", "\n\n", written).strip()


def _is_empty(line: str, values: Mapping[str, str]) -> bool:
    names = [match[1] for match in _PIECE.finditer(line) if match[1] in PLACEHOLDERS]
    return bool(names) and not any(values.get(name, "").strip() for name in names)


def _piece(match: re.Match[str], values: Mapping[str, str]) -> str:
    if match[0] in ("{{", "}}"):
        return match[0][0]
    if match[1] is None or match[1] not in PLACEHOLDERS:
        return match[0]
    return values.get(match[1], "").strip()[:_VALUE_MAX]
