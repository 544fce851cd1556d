"""The pages of escalation policies: written without JavaScript, read as a ladder, simulated."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime
from html import unescape
from typing import Any

import pytest
from django.test import Client

from incidents.oncall.models import Schedule
from incidents.paging.domain.policies import PolicyDraft
from incidents.paging.models import EscalationPolicy
from incidents.paging.selectors.drafts import draft_of
from incidents.paging.selectors.policies import policy as get_policy
from incidents.paging.services import policies
from reliability.channels.models import Channel
from tests.cast import Cast, ScheduleFactory, ServiceFactory
from tests.paging.policies.conftest import of, rota, step
from tests.queries import queries_of

As = Callable[[str], Client]
PATH = "/escalation-policies/payments-urgent/"


@pytest.fixture
def policy(cast: Cast, draft: Callable[..., PolicyDraft], now: datetime) -> EscalationPolicy:
    return policies.create(caller=cast.caller("editor"), draft=draft(), now=now)


def text_of(answer: Any) -> str:
    return unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode())))


def fields_of(answer: Any) -> dict[str, Any]:
    """What the browser would send of the form of the answer, without pressing a button."""
    html = answer.content.decode()
    form = html[
        html.index('<form class="policy-form"') : html.index("</form>", html.index('<form class="policy-form"'))
    ]
    sent: dict[str, Any] = {}
    for tag in re.findall(r"<input[^>]*>", form):
        attributes = dict(re.findall(r'([\w-]+)="([^"]*)"', tag))
        is_box = attributes.get("type") == "checkbox"
        if (
            attributes.get("name", "csrfmiddlewaretoken") == "csrfmiddlewaretoken"
            or "disabled" in tag
            or (is_box and "checked" not in tag)
        ):
            continue
        value = unescape(attributes.get("value", "on" if is_box else ""))
        sent[attributes["name"]] = [*sent.get(attributes["name"], []), value] if is_box else value
    for name, body in re.findall(r'<textarea name="([\w-]+)"[^>]*>(.*?)</textarea>', form, re.S):
        sent[name] = unescape(body).strip()
    for name, attributes, body in re.findall(r'<select name="([\w-]+)"([^>]*)>(.*?)</select>', form, re.S):
        chosen = re.findall(r'<option value="([^"]*)" selected', body)
        if "disabled" not in attributes:
            sent[name] = chosen[0] if chosen else ""
    return sent


def test_a_policy_is_written_with_the_buttons_of_the_form_alone(
    cast: Cast, as_: As, schedule: Schedule, channel: Channel
) -> None:
    ServiceFactory(team=cast.payments, name="checkout", title="Checkout")
    browser = as_("editor")
    path = "/escalation-policies/new/"
    fields = fields_of(browser.get(path))
    assert (fields["team"], "is_team_default" in fields) == ("payments", True), "the only team, which has no default"
    fields |= {
        "title": "Payments, urgent",
        "step-0-target_0": f"user:{cast.administrator.pk}",
        "services": ["checkout"],
    }
    fields = fields_of(browser.post(path, fields | {"action": "add-step"}))
    fields |= {"step-1-target_0": f"schedule:{schedule.pk}", "step-1-delay": "7"}
    fields = fields_of(browser.post(path, fields | {"action": "add-target-1"}))
    fields |= {"step-1-target_1": f"channel:{channel.pk}", "last-target_0": f"team:{cast.payments.pk}"}
    fields = fields_of(browser.post(path, fields | {"action": "up-1"}))
    assert fields["services"] == ["checkout"]
    saved = browser.post(path, fields | {"action": "save", "ack_timeout_minutes": "30"})
    assert (saved.status_code, saved.headers.get("Location")) == (302, PATH), text_of(saved)
    stored = draft_of(policy=get_policy(caller=cast.caller("editor"), slug="payments-urgent"))
    assert stored.steps == (
        step(7, of("schedule", schedule), of("channel", channel)),
        step(5, of("user", cast.administrator)),
    )
    assert stored.last_resort == step(30, of("team", cast.payments))
    assert (stored.ack_timeout_minutes, stored.is_team_default, len(stored.service_ids)) == (30, True, 1)


def test_steps_and_targets_are_taken_away_by_buttons(cast: Cast, as_: As, policy: EscalationPolicy) -> None:
    browser = as_("editor")
    path = f"{PATH}edit/"
    fields = fields_of(browser.get(path))
    fields = fields_of(browser.post(path, fields | {"action": "remove-0"}))
    fields = fields_of(browser.post(path, fields | {"action": "add-target-0"}))
    fields = fields_of(browser.post(path, fields | {"action": "drop-target-0-1"}))
    assert browser.post(path, fields | {"action": "save", "reason": "simpler"}).status_code == 302
    stored = draft_of(policy=get_policy(caller=cast.caller("editor"), slug=policy.slug))
    assert stored.steps == (step(10, of("user", cast.administrator)),)


def test_buttons_that_name_no_step_change_nothing(cast: Cast, as_: As, policy: EscalationPolicy) -> None:
    browser = as_("editor")
    path = f"{PATH}edit/"
    fields = fields_of(browser.get(path))
    for action in ("up-0", "down-1", "remove-77", "drop-target-9-9", "up-last"):
        answer = browser.post(path, fields | {"action": action})
        assert (answer.status_code, fields_of(answer)) == (200, fields), action


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        pytest.param({"title": ""}, "write a title", id="no title"),
        pytest.param({"step-0-target_0": ""}, "choose at least one person", id="a step that tells nobody"),
        pytest.param({"step-0-delay": "soon"}, "write whole minutes", id="a delay in words"),
        pytest.param({"step-0-delay": "1441"}, "must be 1 to 1,440 minutes", id="a delay above the bound"),
        pytest.param({"step-0-target_0": "schedule:999"}, "gone, or not yours to see", id="an unknown schedule"),
        pytest.param({"repeat": "10"}, "0 to 9 further passes", id="too many passes"),
    ],
)
def test_mistakes_stand_at_their_field_and_what_was_typed_stays(
    as_: As, policy: EscalationPolicy, changes: dict[str, str], words: str
) -> None:
    browser = as_("editor")
    path = f"{PATH}edit/"
    fields = fields_of(browser.get(path)) | {"description": "Typed with care."}
    refused = browser.post(path, fields | changes | {"action": "save"})
    assert refused.status_code == 422
    assert words in text_of(refused)
    assert "Typed with care." in text_of(refused)


def test_a_change_meanwhile_is_told_and_can_be_saved_over(
    cast: Cast, as_: As, policy: EscalationPolicy, draft: Callable[..., PolicyDraft], now: datetime
) -> None:
    browser = as_("editor")
    path = f"{PATH}edit/"
    fields = fields_of(browser.get(path)) | {"repeat": "3", "action": "save"}
    policies.update(caller=cast.caller("administrator"), policy=policy, draft=draft(repeat=5), now=now)
    refused = browser.post(path, fields)
    assert refused.status_code == 409
    assert "Administrator changed this policy" in text_of(refused)
    assert browser.post(path, fields_of(refused) | {"action": "save"}).status_code == 302
    assert get_policy(caller=cast.caller("editor"), slug=policy.slug).repeat == 3


def test_a_target_that_the_editor_may_not_see_stays_in_the_form(
    cast: Cast, as_: As, draft: Callable[..., PolicyDraft], now: datetime
) -> None:
    theirs = ScheduleFactory(team=cast.search, title="Search secret", version__definition=rota(cast.outsider))
    asked = draft(steps=(step(5, of("schedule", theirs)),))
    policies.create(caller=cast.caller("chief"), draft=asked, now=now)
    browser = as_("editor")
    shown = browser.get(f"{PATH}edit/")
    assert "a schedule that you cannot see (stays)" in text_of(shown)
    fields = fields_of(shown) | {"title": "Other title", "action": "save"}
    assert browser.post(f"{PATH}edit/", fields).status_code == 302
    for page in (PATH, f"{PATH}simulate/", "/escalation-policies/", f"{PATH}edit/"):
        text = text_of(browser.get(page))
        assert "Search secret" not in text, page
        assert "Outsider" not in text, page
    stored = get_policy(caller=cast.caller("chief"), slug="payments-urgent")
    assert (stored.title, draft_of(policy=stored).steps) == ("Other title", asked.steps)


def test_the_page_reads_as_a_ladder_with_who_that_is_now(as_: As, policy: EscalationPolicy, schedule: Schedule) -> None:
    text = text_of(as_("viewer").get(PATH))
    assert re.search(
        r"at once Step 1 has 5 min to acknowledge on call in Payments primary now (Editor|Responder)", text
    )
    assert "after 5 min Step 2 has 10 min to acknowledge Administrator" in text
    assert "No last resort is set" in text


def test_the_simulator_tells_the_course_in_the_zone_of_the_page(cast: Cast, as_: As, policy: EscalationPolicy) -> None:
    type(cast.viewer).objects.filter(pk=cast.viewer.pk).update(time_zone="Asia/Kathmandu")
    text = text_of(as_("viewer").get(f"{PATH}simulate/?at=2026-03-02T17:45&urgency=urgent&ack=6"))
    assert "If it fired Monday, 2026-03-02 17:45 +0545, urgent" in text
    assert "17:45 at once Step 1 It began Editor on call in Payments primary, step 1 17:45 Email" in text
    assert "17:50 + 5 min Step 2 Nobody acknowledged within 5 min Administrator" in text
    assert "17:51 Acknowledged Nobody is paged any more" in text


@pytest.mark.parametrize("query", ["at=soon", "urgency=loud", "ack=-1", "ack=never"])
def test_the_simulator_says_what_it_cannot_read(as_: As, policy: EscalationPolicy, query: str) -> None:
    answer = as_("viewer").get(f"{PATH}simulate/?{query}")
    assert answer.status_code == 422
    assert 'class="error"' in answer.content.decode()


def test_deleting_asks_for_the_name_and_says_what_is_in_the_way(
    cast: Cast, as_: As, policy: EscalationPolicy, draft: Callable[..., PolicyDraft], now: datetime
) -> None:
    browser = as_("editor")
    assert browser.post(f"{PATH}delete/", {"name": "other", "reason": "old"}).status_code == 422
    default = draft(is_team_default=True)
    policies.update(caller=cast.caller("editor"), policy=policy, draft=default, now=now)
    refused = browser.post(f"{PATH}delete/", {"name": policy.slug, "reason": "old"})
    assert refused.status_code == 422
    assert "default of its team" in text_of(refused)
    policies.update(caller=cast.caller("editor"), policy=policy, draft=draft(), now=now)
    assert browser.post(f"{PATH}delete/", {"name": policy.slug, "reason": "old"}).status_code == 302
    assert not EscalationPolicy.objects.exists()


def test_the_page_of_a_service_says_who_is_told(
    cast: Cast, as_: As, policy: EscalationPolicy, draft: Callable[..., PolicyDraft], now: datetime
) -> None:
    service = ServiceFactory(team=cast.payments, name="checkout")
    viewer = as_("viewer")
    assert "No policy: the administrators of Payments are told." in text_of(viewer.get("/services/checkout/"))
    with_service = draft(service_ids=frozenset({service.pk}))
    policies.update(caller=cast.caller("editor"), policy=policy, draft=with_service, now=now)
    text = text_of(viewer.get("/services/checkout/"))
    assert re.search(r"Payments, urgent First told (Editor|Responder) \(on call in Payments primary\)", text)


def test_the_search_finds_policies_of_ones_own_teams(as_: As, policy: EscalationPolicy) -> None:
    assert "Payments, urgent" in text_of(as_("viewer").get("/search/?q=urgent"))
    assert "Payments, urgent" not in text_of(as_("outsider").get("/search/?q=urgent"))


def test_the_list_costs_the_same_for_one_and_many(
    cast: Cast, as_: As, policy: EscalationPolicy, draft: Callable[..., PolicyDraft], now: datetime
) -> None:
    viewer = as_("viewer")
    one = queries_of(viewer, "/escalation-policies/")
    for number in range(6):
        policies.create(caller=cast.caller("editor"), draft=draft(slug=f"policy-{number}"), now=now)
    assert queries_of(viewer, "/escalation-policies/") == one


def test_a_team_without_a_policy_is_taught_what_one_is(cast: Cast, as_: As) -> None:
    assert "Write the first policy" in text_of(as_("editor").get("/escalation-policies/"))
    assert "An editor of your team can write one." in text_of(as_("viewer").get("/escalation-policies/"))
    assert as_("viewer").get("/escalation-policies/new/").status_code == 403
