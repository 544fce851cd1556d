"""The sections of a postmortem and what each asks its writer. Source: domain.md §3; none asks for a root cause."""

from __future__ import annotations

from dataclasses import dataclass

TEXT_LENGTH_MAX = 20_000
TITLE_LENGTH_MAX = 120
SECTIONS_MAX = 24  # with the free ones


@dataclass(frozen=True, slots=True)
class SectionKind:
    """prompt: the question the section answers. example: how an answer reads."""

    slug: str
    title: str
    prompt: str
    example: str


SECTIONS = (
    SectionKind(
        "summary",
        "Summary",
        "What happened, to whom and for how long, in three sentences that a newcomer understands?",
        "On 3 March between 10:04 and 10:41 UTC one in five checkouts failed, as the payment gateway refused …",
    ),
    SectionKind(
        "customer-impact",
        "Customer impact",
        "What did customers see and lose? Say it in their words, with the numbers of the margin.",
        "1,240 customers saw “payment not possible”; 310 of them did not come back that day.",
    ),
    SectionKind(
        "detection",
        "Detection",
        "How did we notice, and what would have told us sooner?",
        "The burn alert paged 6 minutes after the first failure; support had two calls before that.",
    ),
    SectionKind(
        "response",
        "Response",
        "What did people do, what did they know at that moment, and what helped or hindered them?",
        "The runbook named the old gateway, so the first ten minutes went into a healthy system.",
    ),
    SectionKind(
        "what-went-well",
        "What went well",
        "What worked as meant, and should stay as it is?",
        "The rollback took 90 seconds, as it had been rehearsed in the last game day.",
    ),
    SectionKind(
        "where-we-got-lucky",
        "Where we got lucky",
        "What could have made it worse, and did not by chance?",
        "It was 10:00: at noon three times as many orders come in.",
    ),
    SectionKind(
        "what-surprised-us",
        "What surprised us",
        "What did we believe about the system that turned out otherwise?",
        "Retries of the shop doubled the load on the gateway that was short of threads already.",
    ),
)
BY_SLUG = {kind.slug: kind for kind in SECTIONS}
