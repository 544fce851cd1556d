"""The page of one run, while it goes on and after."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from django.test import Client

from chaos.runs.domain.states import State, Verdict
from chaos.runs.models import Approval, Notice, Run
from chaos.runs.services import events
from tests.queries import queries_of

As = Callable[[str], Client]


def address(run: Run, below: str = "") -> str:
    return f"/chaos/runs/{run.pk}/{below}"


def test_while_a_fault_is_in_place_its_age_the_stop_and_the_proof_stand_there(as_: As, hurting: Run) -> None:
    page = as_("responder").get(address(hurting)).content.decode()
    assert "fault in place for 10 s" in page
    assert "1 of 1 in place, or not yet seen to be gone." in page
    assert 'id="stop"' in page
    assert 'hx-trigger="every 2s, refresh"' in page
    assert "probe-out" in page
    assert "503" in page


def test_a_viewer_watches_and_is_offered_no_stop(as_: As, hurting: Run) -> None:
    page = as_("viewer").get(address(hurting)).content.decode()
    assert "fault in place" in page
    assert 'id="stop"' not in page
    assert as_("viewer").post(address(hurting, "stop/")).status_code == 403


def test_an_outsider_finds_neither_the_run_nor_its_records(as_: As, over: Run) -> None:
    for below in ("", "?part=live", "?part=charts", "report/", "journal/", "compare/"):
        assert as_("outsider").get(address(over, below)).status_code == 404


def test_once_it_is_over_the_page_says_why_and_that_nothing_stays(as_: As, over: Run) -> None:
    page = as_("viewer").get(address(over)).content.decode()
    assert "Stopped by the guard burn rate" in page
    assert "The fault is gone, and was seen to be." in page
    assert "fault gone after 10 s" in page
    assert "Burn rate</span>" in page
    assert "every 2s" not in page
    assert 'id="stop"' not in page


def test_the_live_part_of_an_ended_run_ends_the_asking_and_draws_the_charts_again(as_: As, over: Run) -> None:
    answer = as_("viewer").get(address(over, "?part=live"), headers={"HX-Request": "true"})
    assert answer.status_code == 286
    assert answer["HX-Trigger"] == '{"run-ended": {}}'
    assert "<html" not in answer.content.decode()


def test_the_charts_shade_the_fault_and_have_their_numbers_in_a_table(as_: As, over: Run) -> None:
    page = as_("viewer").get(address(over, "?part=charts")).content.decode()
    assert "Burn rate: Orders" in page
    assert "SLI: Orders" in page
    assert '"fillpattern"' in page
    assert "the guard stops it at" in page
    assert page.count("<table>") == 2


def test_the_page_costs_what_it_costs_however_long_its_log(as_: As, hurting: Run, now: datetime) -> None:
    client = as_("responder")
    client.get(address(hurting))
    whole, live = queries_of(client, address(hurting)), queries_of(client, address(hurting, "?part=live"))
    for number in range(300):
        events.record(run=hurting, kind="log", text=f"line {number}", now=now)
    assert queries_of(client, address(hurting)) == whole
    assert queries_of(client, address(hurting, "?part=live")) == live
    assert live <= 22
    assert "older lines stand in the report" in client.get(address(hurting)).content.decode()


def test_the_red_button_stops_at_once_with_the_reason_given(as_: As, hurting: Run) -> None:
    answer = as_("responder").post(address(hurting, "stop/"), {"reason": "phones ring"}, follow=True)
    hurting.refresh_from_db()
    assert hurting.stop_reason == "phones ring"
    assert "is being stopped" in answer.content.decode()
    assert "Stopping" in answer.content.decode()


def test_stopping_what_is_over_is_told_and_no_error(as_: As, over: Run) -> None:
    answer = as_("responder").post(address(over, "stop/"), follow=True)
    assert answer.status_code == 200
    assert "the run has ended already" in answer.content.decode()


def test_the_way_back_after_a_stop_never_leads_off_the_site(as_: As, hurting: Run) -> None:
    answer = as_("responder").post(address(hurting, "stop/"), {"next": "https://evil.example.org/"})
    assert answer["Location"] == address(hurting)


def test_somebody_else_approves_and_who_asked_may_not(as_: As, run: Run) -> None:
    assert 'id="approve"' not in as_("responder").get(address(run)).content.decode()
    assert as_("responder").post(address(run, "approve/")).status_code == 403
    assert 'id="approve"' in as_("administrator").get(address(run)).content.decode()
    page = as_("administrator").post(address(run, "approve/"), {"reason": "fine"}, follow=True).content.decode()
    assert "Approved. It begins" in page
    assert "You approved it" in page
    assert 'id="approve"' not in page, "a word that was given is not asked for again"
    assert Approval.objects.get().is_approved


def test_declining_needs_a_reason(as_: As, run: Run) -> None:
    page = as_("administrator").post(address(run, "decline/"), {"reason": " "}, follow=True).content.decode()
    assert "say why" in page
    assert not Approval.objects.exists()
    as_("administrator").post(address(run, "decline/"), {"reason": "not on a Friday"})
    assert not Approval.objects.get().is_approved


def test_a_notice_is_acknowledged_on_the_page(as_: As, run: Run, now: datetime) -> None:
    notice = Notice.objects.create(
        run=run,
        kind=Notice.Kind.COMING,
        key="a",
        idempotency_key="a",
        place="Payments channel",
        state=Notice.State.SENT,
        created_at=now,
        due_at=now,
        sent_at=now,
    )
    assert "Acknowledge for Payments channel" in as_("responder").get(address(run)).content.decode()
    page = as_("responder").post(address(run, f"notices/{notice.pk}/"), follow=True).content.decode()
    assert "acknowledged by Responder" in page


def test_the_report_reads_and_downloads_and_the_journal_is_json(as_: As, over: Run) -> None:
    client = as_("viewer")
    page = client.get(address(over, "report/")).content.decode()
    assert "How it was taken back" in page
    assert "pause payments on payments-process" in page
    file = client.get(address(over, "report/?format=markdown"))
    assert file["Content-Disposition"] == f'attachment; filename="run-{over.pk}.md"'
    assert client.get(address(over, "journal/")).json()["status"] == "interrupted"


def test_a_run_that_never_began_has_no_journal(as_: As, run: Run) -> None:
    assert as_("viewer").get(address(run, "journal/")).status_code == 404


def test_two_runs_stand_beside_each_other(as_: As, over: Run, now: datetime) -> None:
    later = Run.objects.get(pk=over.pk)
    later.pk, later.origin_key = None, None
    later.verdict, later.score, later.rto_seconds = Verdict.HELD, 1.0, 2.0
    later.save(force_insert=True)
    page = as_("viewer").get(address(later, "compare/")).content.decode()
    assert f'href="/chaos/runs/{over.pk}/"' in page
    assert "Recovery time" in page
    assert "10 s" in page
    detail = as_("viewer").get(address(later)).content.decode()
    assert "Beside the time before" in detail
    assert "aborted →" in detail


def test_words_of_a_probe_cannot_bring_markup_into_the_page(as_: As, hurting: Run, now: datetime) -> None:
    probes = [{"name": "answers", "is_met": False, "value": "<script>alert(1)</script>"}]
    data = {"phase": "during", "is_met": False, "probes": probes}
    events.record(run=hurting, kind="hypothesis", text="<img src=x>", data=data, now=now)
    page = as_("viewer").get(address(hurting)).content.decode()
    assert "<script>alert" not in page
    assert "<img src=x>" not in page


def test_a_run_that_waits_says_for_what(as_: As, run: Run) -> None:
    Run.objects.filter(pk=run.pk).update(waits_for="1 of 1 approval", state=State.WAITING)
    assert "Waits: 1 of 1 approval" in as_("viewer").get(address(run)).content.decode()
