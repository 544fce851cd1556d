"""What a report says first, by rules: each tells when it is said. Nothing here is judged by taste."""

from __future__ import annotations

from collections.abc import Iterator

from reliability.kit.percent import share_text
from reliability.reports.domain.report import MEASURED_ENOUGH, Figure, Highlight, Met, Report

CAUSE_MIN = 0.25  # a smaller share of what was lost explains little
TOIL_MAX = 0.5  # Google, Site Reliability Engineering, chapter 5
FAIL_RATE_POINTS = 0.05
DEPLOYMENTS_MIN = 10
_SHOWN = 5  # of one rule


def highlights(report: Report) -> tuple[Highlight, ...]:
    """What is broken first, then what is worse, then what is good."""
    found = [
        *_objectives(report),
        *_agreements(report),
        *_incidents(report),
        *_delivery(report),
        *_practice(report),
        *_work(report),
        *_good(report),
    ]
    order = {"bad": 0, "warn": 1, "good": 2}
    return tuple(sorted(found, key=lambda one: order[one.tone]))


def _objectives(report: Report) -> Iterator[Highlight]:
    missed = [one for one in report.objectives if one.state == Met.MISSED]
    for line in missed[:_SHOWN]:
        why = ""
        if line.causes and line.causes[0].part >= CAUSE_MIN:
            first = line.causes[0]
            why = f": {share_text(round(first.part, 2))} of the loss came from {_named(first.kind, first.label)}"
        yield Highlight(
            "bad",
            f"{line.title} missed its objective{why}",
            "said when an objective spent more than the whole budget of the period; the largest line of its ledger is "
            f"named from {share_text(CAUSE_MIN)} on",
            line.ledger_url,
        )
    if len(missed) > _SHOWN:
        yield Highlight("bad", f"{len(missed) - _SHOWN} more objectives were missed", "said beyond five", "")
    if report.beyond:
        yield Highlight(
            "warn",
            f"{report.beyond} of {report.objectives_total} objectives are not in this report",
            f"said when there are more than the {len(report.objectives)} that it holds: look at one team",
        )
    if report.unmeasured:
        count = report.unmeasured
        yield Highlight(
            "warn",
            f"{count} objective{'' if count == 1 else 's'} {'has' if count == 1 else 'have'} no data: nobody knows "
            f"whether {'it was' if count == 1 else 'they were'} met",
            "said when nothing was measured in the whole period",
        )


def _agreements(report: Report) -> Iterator[Highlight]:
    for line in [one for one in report.agreements if one.state == "missed"][:_SHOWN]:
        owed = f"; {line.credit:g} % credit is owed" if line.credit else ""
        customer = f" to {line.customer}" if line.customer else ""
        yield Highlight(
            "bad",
            f"The promise “{line.title}”{customer} was not kept{owed}",
            "said when an agreement's availability was below its target",
            line.url,
        )


def _incidents(report: Report) -> Iterator[Highlight]:
    for one in [line for line in report.severe if line.severity == "Sev1"][:_SHOWN]:
        yield Highlight("bad", f"Sev1: #{one.number} {one.title}", "said of every Sev1", one.url)
    for slug, words in (("mttr", "Restoring took longer"), ("mtta", "Answering took longer")):
        figure = _figure(report.incidents, slug)
        if figure is not None and figure.trend == "worse":
            yield Highlight(
                "warn",
                f"{words}: {figure.text} in the median, {figure.before_text} before",
                "said when the median is a tenth more than before, of three incidents or more each",
                figure.url,
            )


def _delivery(report: Report) -> Iterator[Highlight]:
    rate, count = _figure(report.delivery, "fail-rate"), _figure(report.delivery, "deployments")
    if rate is None or rate.value is None or rate.before is None or count is None:
        return
    if min(count.value or 0, count.before or 0) < DEPLOYMENTS_MIN or rate.value - rate.before < FAIL_RATE_POINTS:
        return
    yield Highlight(
        "warn",
        f"More deployments failed: {rate.text}, {rate.before_text} before",
        "said when the change fail rate rose by five points or more, of ten deployments or more each",
        rate.url,
    )


def _practice(report: Report) -> Iterator[Highlight]:
    deviated, real = _figure(report.chaos, "deviated"), _figure(report.chaos, "experiments")
    if deviated is not None and deviated.value:
        yield Highlight(
            "warn",
            f"{deviated.text} of {real.text if real else '?'} experiments deviated from what was expected",
            "said when a real run deviated",
            deviated.url,
        )


def _work(report: Report) -> Iterator[Highlight]:
    overdue = _figure(report.actions, "overdue")
    if overdue is not None and overdue.value:
        yield Highlight(
            "warn",
            f"{overdue.text} action{'' if overdue.value == 1 else 's'} from postmortems "
            f"{'was' if overdue.value == 1 else 'were'} overdue at the end",
            "said when an action was due before the end of the period and not done by then",
            overdue.url,
        )
    toil = _figure(report.toil, "toil-share")
    if toil is not None and toil.value is not None and toil.value > TOIL_MAX:
        yield Highlight(
            "warn", f"Toil took {toil.text} of the team's time", "said above half of the capacity", toil.url
        )


def _good(report: Report) -> Iterator[Highlight]:
    yield from _all_met(report)
    restored = _figure(report.incidents, "mttr")
    if restored is not None and restored.trend == "better":
        yield Highlight(
            "good",
            f"Restoring was quicker: {restored.text} in the median, {restored.before_text} before",
            "said when the median is a tenth less than before, of three incidents or more each",
            restored.url,
        )


def _all_met(report: Report) -> Iterator[Highlight]:
    """Good news only of what was measured: little of it is a warning, most of it unmeasured is none of both."""
    measured, little = report.met, report.little_measured
    unseen = report.unmeasured + report.left_out + report.beyond
    if not measured or report.missed or not report.is_over:
        return
    if little:
        least, words = little[0], share_text(MEASURED_ENOUGH)
        yield Highlight(
            "warn",
            f"No objective was missed as far as it was measured, but {len(little)} of {measured} "
            f"{'was' if len(little) == 1 else 'were'} measured for "
            f"less than {words} of the time: {least.title} for {share_text(least.coverage)}",
            f"said when the period is over, nothing spent more than its budget, and something was measured for less "
            f"than {words} of the period",
            least.url,
        )
    elif unseen <= (1 - MEASURED_ENOUGH) * (measured + unseen):
        yield Highlight(
            "good",
            f"Every objective was met ({measured})"
            if not unseen
            else f"Every objective that was measured was met ({measured} of {measured + unseen})",
            f"said when the period is over, none of them spent more than its budget, and at least "
            f"{share_text(MEASURED_ENOUGH)} of them were measured for at least so much of the period",
        )


def _figure(rows: tuple[Figure, ...], slug: str) -> Figure | None:
    return next((one for one in rows if one.slug == slug), None)


def _named(kind: str, label: str) -> str:
    return "nothing that is known" if kind == "Unknown" else f"{kind.lower()} {label}" if label != kind else label
