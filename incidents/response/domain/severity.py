"""How bad it is, with the words shown where somebody chooses."""

from __future__ import annotations

from enum import IntEnum


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


_DEFINITIONS = {
    Severity.SEV1: "Complete outage: users cannot use the service, or data are being lost.",
    Severity.SEV2: "Major functionality or revenue is affected for many users.",
    Severity.SEV3: "Minor: some users are affected, or there is a workaround.",
    Severity.SEV4: "A redundant part failed; users notice nothing.",
    Severity.SEV5: "Information, or not actionable.",
}
