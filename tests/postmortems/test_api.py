"""/api/v1/postmortems: drafting, writing with merges, factors, whys, timeline, evidence, history."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.test import Client

from tests.cast import Cast
from tests.postmortems.conftest import Outage

As = Callable[[str], Client]


def test_a_postmortem_is_drafted_and_written_over_the_api(as_: As, cast: Cast, outage: Outage) -> None:
    client = as_("responder")

    def send(method: str, path: str, body: dict[str, Any] | None = None) -> tuple[int, Any]:
        call = getattr(client, method)
        answer = call(f"/api/v1/postmortems{path}", body or {}, content_type="application/json")
        return answer.status_code, answer.json() if answer.content else None

    status, made = send("post", "", {"incident": outage.incident.pk})
    assert (status, made["state"], made["sections"][0]["text"]) == (201, "draft", "One in five payments failed.")
    here = f"/{made['number']}"
    assert send("post", "", {"incident": outage.incident.pk})[1]["number"] == made["number"]

    assert send("put", f"{here}/sections/summary", {"text": "One.\n\nTwo.", "base": 1})[1]["outcome"] == "saved"
    send("put", f"{here}/sections/summary", {"text": "One!\n\nTwo.", "base": 2})
    merged = send("put", f"{here}/sections/summary", {"text": "One.\n\nTwo!", "base": 2})[1]
    assert (merged["outcome"], merged["text"], merged["merged_with"]) == ("merged", "One!\n\nTwo!", ["Responder"])
    status, clash = send("put", f"{here}/sections/summary", {"text": "Other.\n\nTwo.", "base": 2})
    (detail,) = clash["error"]["details"]
    assert (status, detail["theirs"], detail["mine"], detail["base"]) == (409, "One!\n\nTwo!", "Other.\n\nTwo.", 4)
    assert send("post", f"{here}/sections", {"title": "Costs"})[1]["slug"] == "free-1"
    assert send("delete", f"{here}/sections/free-1")[0] == 204
    assert send("delete", f"{here}/sections/summary")[0] == 409

    factor = send("post", f"{here}/factors", {"category": "capacity", "text": "small pool"})[1]
    assert send("patch", f"{here}/factors/{factor['id']}", {"text": "a pool of 5", "revision": 1})[1]["revision"] == 2
    assert send("patch", f"{here}/factors/{factor['id']}", {"text": "x", "revision": 1})[0] == 409
    assert send("post", f"{here}/factors", {"category": "root cause", "text": "x"})[0] == 422
    assert send("get", f"{here}/factors")[1][0]["text"] == "a pool of 5"

    (top,) = send("post", f"{here}/whys", {"text": "Why?"})[1]
    send("post", f"{here}/whys", {"text": "Because", "parent": top["id"]})
    tree = send("post", f"{here}/whys", {"text": "Also", "parent": top["id"]})[1]
    assert [(one["depth"], one["text"]) for one in tree] == [(1, "Why?"), (2, "Because"), (2, "Also")]
    moved = send("patch", f"{here}/whys/{tree[2]['id']}", {"parent": tree[1]["id"], "text": "And"})[1]
    assert [(one["depth"], one["text"]) for one in moved] == [(1, "Why?"), (2, "Because"), (3, "And")]
    lifted = send("patch", f"{here}/whys/{tree[2]['id']}", {"parent": None, "place": 0})[1]
    assert [one["text"] for one in lifted] == ["And", "Why?", "Because"]
    assert send("patch", f"{here}/whys/{top['id']}", {"parent": tree[1]["id"]})[0] == 409
    assert send("delete", f"{here}/whys/{tree[2]['id']}")[0] == 204

    item = send("post", f"{here}/timeline", {"at": "2026-03-02T09:30:00Z", "text": "Called."})[1]
    assert item["is_from_incident"] is False
    changed = send("patch", f"{here}/timeline/{item['id']}", {"annotation": "*late*", "is_selected": False})[1]
    assert (changed["annotation"], changed["is_selected"], changed["revision"]) == ("*late*", False, 2)
    assert send("delete", f"{here}/timeline/{item['id']}")[0] == 204
    assert send("get", f"{here}/timeline")[1]["total"] == 3
    assert send("post", f"{here}/import")[1] == {"added": 0}

    status, refused = send("patch", here, {"facilitator": cast.responder.email})
    assert (status, "commander" in refused["error"]["message"]) == (422, True)
    taken = send("patch", here, {"facilitator": cast.editor.email, "title": "Payments failed", "tags": ["DB"]})[1]
    assert (taken["facilitator"], taken["title"], taken["tags"]) == (cast.editor.email, "Payments failed", ["db"])
    kinds = {one["kind"] for one in send("get", f"{here}/evidence")[1]}
    assert kinds == {"metrics", "suspects", "impact", "chart"}
    history = send("get", f"{here}/history?limit=3")[1]
    assert history["total"] > 15
    assert {one["what"] for one in history["items"][:2]} == {"facilitator", "tags"}

    viewer = as_("viewer")
    listed = viewer.get("/api/v1/postmortems?q=payments&service=checkout&state=draft&severity=2").json()
    assert [one["number"] for one in listed["items"]] == [made["number"]]
    assert viewer.get("/api/v1/postmortems?factor=data").json()["total"] == 0
    assert viewer.post(f"/api/v1/postmortems{here}/factors", {}, content_type="application/json").status_code in {
        403,
        422,
    }
    assert as_("outsider").get(f"/api/v1/postmortems{here}").status_code == 404
