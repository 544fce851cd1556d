"""How bad it is, with the words shown where somebody chooses."""

from __future__ import annotations

from enum import IntEnum

from incidents.paging.domain.urgency import Urgency


class Severity(IntEnum):
    """1 is the worst. Source: domain.md §3, as in PagerDuty's and Atlassian's public guides."""

    SEV1 = 1
    SEV2 = 2
    SEV3 = 3
    SEV4 = 4
    SEV5 = 5

    @property
    def word(self) -> str:
        return f"Sev{self.value}"

    @property
    def definition(self) -> str:
        return _DEFINITIONS[self]

    @property
    def urgency(self) -> Urgency:
        """Sev1 and Sev2 may wake somebody."""
        return Urgency.URGENT if self <= Severity.SEV2 else Urgency.NORMAL

    @property
    def events_word(self) -> str:
        """As PagerDuty's Events API spells it: critical, error, warning, info."""
        return _EVENTS_WORDS[self]


_DEFINITIONS = {
    Severity.SEV1: "Complete outage: users cannot use the service, or data are being lost.",
    Severity.SEV2: "Major functionality or revenue is affected for many users.",
    Severity.SEV3: "Minor: some users are affected, or there is a workaround.",
    Severity.SEV4: "A redundant part failed; users notice nothing.",
    Severity.SEV5: "Information, or not actionable.",
}
_EVENTS_WORDS = {
    Severity.SEV1: "critical",
    Severity.SEV2: "error",
    Severity.SEV3: "warning",
    Severity.SEV4: "info",
    Severity.SEV5: "info",
}
