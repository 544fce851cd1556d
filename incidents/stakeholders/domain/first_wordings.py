"""What is said as long as a team has no words of its own: one subject and text for each audience and kind of event."""

from __future__ import annotations

from dataclasses import dataclass

from incidents.stakeholders.domain.kinds import Audience, EventKind


@dataclass(frozen=True, slots=True)
class Words:
    subject: str
    text: str


_A, _K = Audience, EventKind

_NEXT = "Next message: {next_update}."

FIRST: dict[tuple[Audience, EventKind], Words] = {
    (_A.EXECUTIVE, _K.DECLARED): Words(
        "{severity}: {service} affected",
        "Affected: {service}, since {started} ({severity}: {meaning}).\n\nWhat users notice: {impact}\n"
        f"{{commander}} leads the response of {{team}}.\n{_NEXT}",
    ),
    (_A.EXECUTIVE, _K.UPDATED): Words(
        "{severity} goes on: {service}",
        "Affected: {service}, since {started}, {duration} so far ({severity}).\n\nWhat users notice: {impact}\n"
        f"What is done now: {{phase}}.\n{_NEXT}",
    ),
    (_A.EXECUTIVE, _K.RESOLVED): Words(
        "Resolved: {service}",
        "Working again: {service}. It lasted {duration}, since {started} ({severity}).\n\n"
        "What users noticed: {impact}\nA postmortem follows.",
    ),
    (_A.SUPPORT, _K.DECLARED): Words(
        "{severity} {service}: what to tell people who ask",
        "Not working as it should since {started}: {service} ({severity}).\n\nWhat users notice: {impact}\n"
        f"You may say: we know of it and are working on it.\n{_NEXT}",
    ),
    (_A.SUPPORT, _K.UPDATED): Words(
        "{severity} {service}: still being worked on",
        "Still affected: {service}, {duration} so far.\n\nWhat users notice: {impact}\n"
        f"Where it stands: {{status}}, {{phase}}.\n{_NEXT}",
    ),
    (_A.SUPPORT, _K.RESOLVED): Words(
        "Resolved: {service}",
        "Working again after {duration}: {service}.\n\nWhat users noticed: {impact}\n"
        "You may close what people reported about it.",
    ),
    (_A.CUSTOMER, _K.DECLARED): Words(
        "{service}: we are looking into a problem",
        "We are looking into a problem with {service} that began at {started}.\n\nWhat you may notice: {impact}\n"
        f"{_NEXT}",
    ),
    (_A.CUSTOMER, _K.UPDATED): Words(
        "{service}: we are still working on it",
        f"We are still working on the problem with {{service}}.\n\nWhat you may notice: {{impact}}\n{_NEXT}",
    ),
    (_A.CUSTOMER, _K.RESOLVED): Words(
        "{service}: the problem is resolved",
        "The problem with {service} is resolved. It lasted {duration}.\n\nWhat you may have noticed: {impact}\n"
        "We are sorry for the trouble.",
    ),
    (_A.ENGINEERING, _K.DECLARED): Words(
        "{severity} {number} {title}",
        "{severity} {number} {title}\nServices: {service}\nSince: {started}\nCommander: {commander}\n\n"
        f"{{summary}}\n\nImpact: {{impact}}\n{_NEXT}",
    ),
    (_A.ENGINEERING, _K.UPDATED): Words(
        "{severity} {number} {title}: {phase}",
        "{severity} {number} {title}\nStatus: {status}, {phase}, {duration} so far\nServices: {service}\n"
        f"Commander: {{commander}}\n\nImpact: {{impact}}\n{_NEXT}",
    ),
    (_A.ENGINEERING, _K.RESOLVED): Words(
        "Resolved {number} {title}",
        "{severity} {number} {title} is resolved after {duration}.\nServices: {service}\n\nImpact: {impact}",
    ),
}
# About what is no incident every audience hears the same, until the team says it otherwise.
_OTHERS = {
    _K.POSTMORTEM: Words(
        "Postmortem: {title}", "The postmortem of {team} is published: {title}\nServices: {service}\n\n{summary}"
    ),
    _K.MAINTENANCE: Words(
        "Maintenance {when}: {title}",
        "{team} plans maintenance: {title}\nWhen: {when}\nServices: {service}\n\n{summary}",
    ),
    _K.EXPERIMENT: Words(
        "Game day {when}: {title}",
        "{team} rehearses faults on purpose: {title}\nWhen: {when}\nServices: {service}\n\n{summary}",
    ),
}
FIRST |= {(audience, kind): words for kind, words in _OTHERS.items() for audience in Audience}
