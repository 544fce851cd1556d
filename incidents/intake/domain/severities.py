"""The words that monitoring tools use for how bad it is, as our severities."""

from __future__ import annotations

from collections.abc import Mapping

from incidents.response.domain.severity import Severity

# Words of Prometheus rules, PagerDuty (critical, error, warning, info), Grafana, Sentry, syslog and P-numbers.
WORDS: Mapping[str, Severity] = {
    **dict.fromkeys(("disaster", "emergency", "emerg", "fatal", "sev1", "sev-1", "p1", "s1", "blocker"), Severity.SEV1),
    **dict.fromkeys(("critical", "crit", "page", "alert", "high", "sev2", "sev-2", "p2", "s2", "down"), Severity.SEV2),
    **dict.fromkeys(("error", "err", "major", "average", "sev3", "sev-3", "p3", "s3"), Severity.SEV3),
    **dict.fromkeys(("warning", "warn", "minor", "ticket", "low", "sev4", "sev-4", "p4", "s4"), Severity.SEV4),
    **dict.fromkeys(
        ("info", "information", "informational", "notice", "none", "debug", "ok", "sev5", "sev-5", "p5", "s5"),
        Severity.SEV5,
    ),
}


def severity_of(word: str, *, own: Mapping[str, int] | None = None) -> Severity | None:
    """The severity a word stands for: *own* words of the integration first. None for a word nobody knows."""
    folded = word.strip().lower()
    if not folded:
        return None
    if own and folded in own:
        return Severity(own[folded])
    if folded.isdigit() and 1 <= int(folded[:3]) <= 5:
        return Severity(int(folded))
    return WORDS.get(folded)


def parse_words(text: str) -> dict[str, int]:
    """Lines such as `platinum = 1`. Raises ValueError naming the line to change."""
    found: dict[str, int] = {}
    for number, entry in enumerate(text.splitlines(), start=1):
        if not entry.strip():
            continue
        word, sign, value = entry.partition("=")
        digit = value.strip().lower().removeprefix("sev")
        if not sign or not word.strip() or digit not in ("1", "2", "3", "4", "5"):
            raise ValueError(f"line {number}: write a word and a severity from 1 to 5, such as platinum = 1")
        found[word.strip().lower()] = int(digit)
    return found


def format_words(own: Mapping[str, int]) -> str:
    return "\n".join(f"{word} = {value}" for word, value in own.items())
