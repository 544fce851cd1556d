"""Import by page, API and command; export and print; the blameless check beside the text and by API and command."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.test import Client

from incidents.actions.models import Action
from incidents.postmortems.models import BlameWord, Postmortem
from incidents.postmortems.selectors.search import search
from incidents.postmortems.services import factors, publishing, sections
from incidents.response.models import Incident
from tests.cast import BEGINNING, ActionFactory, Cast

pytestmark = pytest.mark.django_db
TEXT = """# Search was slow

**Date:** 2025-05-04 10:00 - 10:40 UTC
**Severity:** SEV-2
**Tags:** search, retry

## Summary

Searches took nine seconds. Anna failed to look at the queue.

## Root causes

- Retries doubled the load on the pool

## Timeline

- 10:00 it began
- 10:40 it ended

## Action items

- [ ] Bound the retries
- [x] Alert on the queue

## Weather

Sunny, <script>alert(1)</script>.
"""


def test_files_are_previewed_then_created_with_nothing_lost(cast: Cast) -> None:
    client = Client()
    client.force_login(cast.responder)
    assert client.get("/postmortems/import/").status_code == 200
    empty = client.post("/postmortems/import/", {"team": cast.payments.pk})
    assert (empty.status_code, b"choose a file" in empty.content) == (422, True)
    files = [
        SimpleUploadedFile("search.md", TEXT.encode()),
        SimpleUploadedFile("odd.md", b"\xff\xfeO\x00d\x00d\x00"),
        SimpleUploadedFile("junk.md", bytes(range(1, 256))),
    ]
    answer = client.post("/postmortems/import/", {"team": cast.payments.pk, "documents": files})
    page = answer.content.decode()
    assert "started 2025-05-04 10:00 UTC" in page
    assert "free section “Weather”" in page
    assert Postmortem.objects.count() == 0
    packed = [one.packed for one in answer.context["previews"]]
    body = {"act": "create", "team": cast.payments.slug, "packed": packed, "keep-0": "on", "actions-0": "on"}
    done = client.post("/postmortems/import/", body)
    row = Postmortem.objects.get()
    assert done["Location"] == f"/postmortems/{row.pk}/"
    assert (row.title, row.severity, row.imported_from) == ("Search was slow", 2, "search.md")
    assert row.imported_text == TEXT
    assert {one.name for one in row.tags.all()} == {"search", "retry"}
    assert [one.text for one in row.timeline.all()] == ["it began", "it ended"]
    assert [one.title for one in Action.objects.all()] == ["Bound the retries"]
    shown = client.get(done["Location"]).content.decode()
    assert "<script>alert(1)" not in shown
    # Who reads it once it is published is shown the document: words that were taken out of it are not found.
    Postmortem.objects.filter(pk=row.pk).update(state="approved", published_at=BEGINNING)
    sections.save(
        caller=cast.caller("responder"), postmortem=row, slug="summary", text="Slow.", base=None, now=BEGINNING
    )
    assert search(caller=cast.caller("viewer"), text="nine seconds")
    publishing.publish(caller=cast.caller("responder"), postmortem=row, now=BEGINNING)
    assert search(caller=cast.caller("outsider"), text="nine seconds") == []
    assert search(caller=cast.caller("outsider"), text="doubled load")
    publishing.unpublish(caller=cast.caller("responder"), postmortem=row, reason="It goes on.", now=BEGINNING)
    assert "may read as blame" in shown
    forged = client.post("/postmortems/import/", {**body, "packed": [packed[0] + "x"]})
    assert (forged.status_code, Postmortem.objects.count()) == (302, 1)
    client.force_login(cast.viewer)
    assert client.get("/postmortems/import/").status_code == 403


def test_what_was_seen_before_is_shown_and_downloads_are_files(cast: Cast, postmortem: Postmortem) -> None:
    client = Client()
    client.force_login(cast.responder)
    answer = client.post(
        "/api/v1/postmortems/import",
        json.dumps({"team": cast.payments.slug, "text": TEXT, "name": "search.md", "dry_run": True}),
        content_type="application/json",
        headers={"Origin": "http://testserver"},
    )
    assert answer.status_code in (200, 401, 403)
    factors.add(
        caller=cast.caller("responder"),
        postmortem=postmortem,
        category="capacity",
        text="The load on the pool was doubled by retries",
        now=BEGINNING,
    )
    assert "Seen before" not in client.get(f"/postmortems/{postmortem.pk}/").content.decode()
    other = Postmortem.objects.create(
        team=cast.payments, title="Search was slow", created_at=BEGINNING, updated_at=BEGINNING
    )
    factors.add(
        caller=cast.caller("responder"),
        postmortem=other,
        category="capacity",
        text="Retries doubled the load on the pool",
        now=BEGINNING,
    )
    shown = client.get(f"/postmortems/{postmortem.pk}/").content.decode()
    assert "Seen before" in shown
    assert f"/postmortems/{other.pk}/#factors" in shown
    for ending, kind in (("md", "text/markdown"), ("json", "application/json")):
        download = client.get(f"/postmortems/{postmortem.pk}/export.{ending}")
        assert download["Content-Type"].startswith(kind)
        assert download["Content-Disposition"].startswith('attachment; filename="postmortem-')
        assert postmortem.title in download.content.decode()
    assert client.get(f"/postmortems/{postmortem.pk}/export.pdf").status_code == 404
    assert postmortem.title in client.get(f"/postmortems/{postmortem.pk}/print/").content.decode()


def test_files_and_print_have_the_actions_and_the_evidence_that_the_page_shows_this_reader(
    cast: Cast, postmortem: Postmortem
) -> None:
    mine, of_it, hidden = ("Bound the retries", "Page on the queue", "Fix the vault")
    for title, team, source in (
        (mine, cast.payments, ("postmortem", str(postmortem.pk))),
        (of_it, cast.payments, ("incident", str(postmortem.incident_id))),
        (hidden, cast.search, ("incident", str(postmortem.incident_id))),
    ):
        ActionFactory(
            title=title,
            team=team,
            source_kind=source[0],
            source_key=source[1],
            incident=None if source[0] == "postmortem" else postmortem.incident,
        )
    client = Client()
    cast.responder.time_zone = "Asia/Tokyo"
    cast.responder.save()
    client.force_login(cast.responder)
    address = f"/postmortems/{postmortem.pk}/"
    page, markdown, words, printed = (
        client.get(f"{address}{name}").content.decode() for name in ("", "export.md", "export.json", "print/")
    )
    assert postmortem.started_at is not None
    assert postmortem.incident is not None
    assert f"<td>{postmortem.started_at:%Y-%m-%d %H:%M:%S} UTC" in printed
    for text in (page, markdown, words, printed):
        assert (mine in text, of_it in text, hidden in text) == (True, True, False)
        assert (text.count("Time to restore"), "checkout 4.18" in text) == (1, True)
    assert "| Time to restore | 37 min |" in markdown
    assert "| 400 | 3,700 | 20 | 37 |" in markdown
    told = json.loads(words)["evidence"]
    assert (told["impacts"][0]["lost"], told["impacts"][0]["valid"]) == (400.0, 3700.0)
    assert len(told["charts"][0]["rows"]) > 2
    assert markdown.count("\n| 20") >= len(told["charts"][0]["rows"])
    # Who may not see the incident is not told of its actions.
    Incident.objects.filter(pk=postmortem.incident.pk).update(team=cast.search)
    for name in ("", "export.md", "export.json", "print/"):
        text = client.get(f"{address}{name}").content.decode()
        assert (mine in text, of_it in text) == (True, False)


def test_commands_check_and_import_files(cast: Cast, tmp_path: Path) -> None:
    file = tmp_path / "search.md"
    file.write_text(TEXT)
    out = io.StringIO()
    call_command("postmortem", "check", str(file), stdout=out)
    assert f"{file}:9:29: “Anna failed to”" in out.getvalue()
    assert "1 place may read as blame." in out.getvalue()
    BlameWord.objects.create(team=cast.payments, phrase="anna failed to look", is_allowed=True, created_at=BEGINNING)
    out = io.StringIO()
    call_command("postmortem", "check", str(file), "--team", cast.payments.slug, stdout=out)
    assert "0 places" in out.getvalue()
    call_command("postmortem", "import", str(file), "--team", cast.payments.slug, stdout=out)
    row = Postmortem.objects.get()
    assert f"postmortem {row.pk} “Search was slow”" in out.getvalue()
    with pytest.raises(CommandError, match="1 of 1 files"):
        call_command(
            "postmortem",
            "import",
            str(tmp_path / "none.md"),
            "--team",
            cast.payments.slug,
            stdout=out,
            stderr=io.StringIO(),
        )
