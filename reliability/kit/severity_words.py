"""The words that tools use for how bad something is, as levels 1 (worst) to 5: one table for all that comes in."""

from __future__ import annotations

import re
from collections.abc import Mapping

# Of Prometheus rules, PagerDuty (critical, error, warning, info), OpenSLO examples, X.733 (critical, major, minor,
# warning), Zabbix, Grafana, Sentry and syslog. Levels 1 and 2 wake people.
WORDS: Mapping[str, int] = {
    **dict.fromkeys(("disaster", "emergency", "emerg", "fatal", "blocker"), 1),
    **dict.fromkeys(("critical", "crit", "page", "paging", "alert", "high", "urgent", "down"), 2),
    **dict.fromkeys(("error", "err", "major", "average", "medium", "moderate", "ticket"), 3),
    **dict.fromkeys(("warning", "warn", "minor", "low"), 4),
    **dict.fromkeys(("info", "information", "informational", "notice", "none", "debug", "ok"), 5),
}
_NUMBERED = re.compile(r"(?:sev(?:erity)?|s|p(?:riority)?)?[-_ ]?0*([1-5])\Z", re.ASCII)


def level_of(word: str) -> int | None:
    """1 to 5 of a word such as critical, page, sev2, P1 or 3; None for one that nobody knows."""
    plain = word.strip().lower()
    if plain in WORDS:
        return WORDS[plain]
    numbered = _NUMBERED.match(plain)
    return int(numbered[1]) if numbered else None
