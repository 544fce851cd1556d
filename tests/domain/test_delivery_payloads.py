"""What senders of deployments tell: recorded payloads, good and bad, and whatever strangers make of them."""

from __future__ import annotations

import base64
import copy
import hashlib
import hmac
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reliability.delivery.domain import argocd, cdevents, cloudevents, github, gitlab, rows, switches
from reliability.delivery.domain.environments import is_production_name
from reliability.delivery.domain.kinds import KINDS
from reliability.delivery.domain.recipes import recipes
from reliability.delivery.domain.repositories import repository_of
from reliability.delivery.domain.row_files import lines_of, table_of
from reliability.delivery.domain.settings import SettingsError, checked_settings
from reliability.delivery.domain.signatures import key_of_bearer, key_of_github, key_of_gitlab, signing_token
from reliability.delivery.domain.told import Payload, Told, UnreadableError
from tests.domain.delivery_payloads import at, payload, recorded, sha

KEYS = ["former-key", "new-key"]
BODY = b'{"zen": "Keep it logically awesome."}'


def test_a_push_contains_its_commits_and_what_was_there_before() -> None:
    told = github.parse(payload("github/12_push.json", event="push"))
    head = told.commits[-1]
    assert (head.sha, head.within, head.before) == (sha("m"), (sha("f1"), sha("f2")), (sha("c3"),))
    assert head.is_merge
    assert not head.is_truncated
    assert {commit.repository for commit in told.commits} == {"shop/checkout"}
    assert told.commits[0].author == "octo"


def test_a_push_that_names_fewer_commits_than_it_had_is_truncated() -> None:
    body = recorded("github/01_push.json")
    whole = body["commits"][0]
    body["commits"] = [{**whole, "id": f"{n:040x}"} for n in range(github.PUSH_COMMITS_MAX)]
    told = github.parse(Payload("push", body, "k", at(9)))
    assert told.commits[-1].is_truncated
    assert gitlab.parse(payload("gitlab/04_push.json")).commits[-1].is_truncated
    assert not gitlab.parse(payload("gitlab/01_push.json")).commits[-1].is_truncated


def test_what_was_forced_does_not_follow_what_was_there_before() -> None:
    body = recorded("github/12_push.json") | {"forced": True}
    assert github.parse(Payload("push", body, "k", at(9))).commits[-1].before == ()


def test_a_deployment_status_carries_the_whole_deployment() -> None:
    (told,) = github.parse(payload("github/14_deployment_status.json", event="deployment_status")).deployments
    assert (told.key, told.outcome, told.at, told.revision) == ("deployment:102", "succeeded", at(12), sha("m"))
    assert (told.environment, told.is_production, told.started_at) == ("production", True, at(11, 50))
    assert told.hints == ("shop/checkout", "checkout")


def test_inactive_says_nothing_of_how_it_ended() -> None:
    assert github.parse(payload("github/15_deployment_status.json", event="deployment_status")).ignored


def test_a_trial_merge_is_no_merge() -> None:
    (opened,) = github.parse(payload("github/06_pull_request.json", event="pull_request")).requests
    (merged,) = github.parse(payload("github/11_pull_request.json", event="pull_request")).requests
    assert (opened.merge_sha, merged.merge_sha, merged.merged_at) == ("", sha("m"), at(11, 30))


def test_the_author_of_a_pull_request_does_not_review_it() -> None:
    assert github.parse(payload("github/08_pull_request_review.json", event="pull_request_review")).ignored
    (told,) = github.parse(payload("github/10_pull_request_review.json", event="pull_request_review")).requests
    assert (told.first_review_at, told.approved_at) == (at(11), at(11))


def test_a_workflow_deploys_only_where_it_was_said_to() -> None:
    path = "github/workflow_run.json"
    assert github.parse(payload(path, event="workflow_run")).ignored
    (told,) = github.parse(payload(path, event="workflow_run", workflows={"Deploy": "production"})).deployments
    assert (told.key, told.environment, told.outcome) == ("run:30433642:2", "production", "succeeded")


def test_a_release_is_a_change_or_a_deployment() -> None:
    path = "github/21_release.json"
    (switch,) = github.parse(payload(path, event="release")).switches
    assert switch.title == "Release Vouchers"
    (told,) = github.parse(payload(path, event="release", releases="production")).deployments
    assert (told.revision, told.outcome) == ("v1.2.0", "succeeded")


def test_gitlab_names_the_whole_commit_only_in_its_address() -> None:
    (told,) = gitlab.parse(payload("gitlab/03_deployment.json")).deployments
    assert (told.revision, told.at, told.outcome) == (sha("l2"), at(8, 5), "succeeded")


def test_jobs_that_start_an_environment_are_deployments_if_asked_for() -> None:
    assert gitlab.parse(payload("gitlab/pipeline.json")).ignored
    (told,) = gitlab.parse(payload("gitlab/pipeline.json", pipelines=True)).deployments
    assert (told.key, told.environment, told.is_production, told.at) == ("job:380", "production", True, at(10, 5))


def test_a_comment_of_somebody_else_is_a_first_review_of_a_merge_request() -> None:
    (noted,) = gitlab.parse(payload("gitlab/06_note.json")).requests
    (approved,) = gitlab.parse(payload("gitlab/07_merge_request.json")).requests
    (merged,) = gitlab.parse(payload("gitlab/08_merge_request.json")).requests
    assert (noted.first_review_at, noted.approved_at) == (at(12, 3), None)
    assert approved.approved_at == at(12, 5)
    assert (merged.merged_at, merged.merge_sha, merged.head_sha) == (at(12, 10), sha("lm"), sha("ls"))


def test_a_flag_is_a_change_of_when_it_arrived() -> None:
    (told,) = gitlab.parse(payload("gitlab/13_feature_flag.json")).switches
    assert (told.title, told.at) == ("Feature flag new-ranking switched on", at(0))


@pytest.mark.parametrize(
    ("file", "revision", "is_rollback"),
    [
        ("deployed_0.4", "sha256:" + hashlib.sha256(b"1").hexdigest(), False),
        ("upgraded_0.5", sha("c5"), False),
        ("rolledback_0.5", "sha256:" + hashlib.sha256(b"1").hexdigest(), True),
    ],
)
def test_cdevents_tell_of_deployed_services(file: str, revision: str, is_rollback: bool) -> None:
    (told,) = cdevents.parse(recorded(f"cdevents/{file}.json")["data"]).deployments
    assert (told.revision, told.is_rollback, told.environment) == (revision, is_rollback, "production")
    assert "checkout" in told.hints


def test_cdevents_tell_of_merged_changes_and_published_services() -> None:
    (merged,) = cdevents.parse(recorded("cdevents/change_merged_0.5.json")["data"]).requests
    assert (merged.repository, merged.key, merged.merged_at) == ("shop/checkout", "42", at(8, 30))
    (published,) = cdevents.parse(recorded("cdevents/published_0.5.json")["data"]).switches
    assert published.title == "Service checkout published"
    assert cdevents.parse(recorded("cdevents/pipelinerun_started_0.5.json")["data"]).ignored


def test_cloudevents_are_the_same_in_each_of_their_forms() -> None:
    event = recorded("cdevents/deployed_0.4.json")
    encoded = {name: value for name, value in event.items() if name != "data"}
    encoded["data_base64"] = base64.b64encode(str(event["data"]).replace("'", '"').encode()).decode()
    headers = {f"ce-{name}": str(event[name]) for name in ("specversion", "id", "source", "type")}
    found = [
        *cloudevents.events_of(content_type=cloudevents.STRUCTURED, headers={}, value=event),
        *cloudevents.events_of(content_type=cloudevents.BATCH, headers={}, value=[event]),
        *cloudevents.events_of(content_type="application/json", headers=headers, value=event["data"]),
        *cloudevents.events_of(content_type=cloudevents.STRUCTURED, headers={}, value=encoded),
    ]
    events = [one for one in found if isinstance(one, cloudevents.Event)]
    assert [one.data for one in events] == [event["data"]] * 4
    assert len({one.key for one in events}) == 1


@pytest.mark.parametrize(
    ("content_type", "value", "words"),
    [
        ("application/json", {}, "is no CloudEvent"),
        (cloudevents.BATCH, {}, "is a JSON list"),
        (cloudevents.STRUCTURED, {"specversion": "0.3", "id": "1", "source": "/", "type": "t"}, "0.3"),
        (cloudevents.STRUCTURED, {"specversion": "1.0", "id": "1", "type": "t"}, "source is missing"),
    ],
)
def test_what_is_no_cloudevent_is_refused_with_its_place(content_type: str, value: Any, words: str) -> None:
    (refused,) = cloudevents.events_of(content_type=content_type, headers={}, value=value)
    assert isinstance(refused, cloudevents.Malformed)
    assert words in str(refused.error)
    assert orjson.loads(refused.to_json()) == value, "kept as it came"


def test_what_is_no_event_in_a_batch_keeps_no_other_from_being_read() -> None:
    event = recorded("cdevents/deployed_0.4.json")
    value = [1, event, {**event, "source": ""}]
    first, second, third = cloudevents.events_of(content_type=cloudevents.BATCH, headers={}, value=value)
    assert isinstance(second, cloudevents.Event)
    assert isinstance(first, cloudevents.Malformed)
    assert isinstance(third, cloudevents.Malformed)
    assert str(first.error) == "event 0 of the batch must be a JSON object"
    assert str(third.error) == "event 2 of the batch: source is missing"
    assert (third.type, orjson.loads(third.to_json())) == (event["type"], value[2])


def test_argo_cd_tells_of_one_sync_by_its_start() -> None:
    (running,) = argocd.parse(payload("argocd/running.json")).deployments
    (ended,) = argocd.parse(payload("argocd/succeeded.json")).deployments
    (failed,) = argocd.parse(payload("argocd/failed.json", environment="prod-eu")).deployments
    assert (running.key, running.outcome) == (ended.key, "in_progress")
    assert (ended.outcome, ended.at, ended.repository) == ("succeeded", at(9, 12), "shop/checkout")
    assert (failed.outcome, failed.environment) == ("failed", "prod-eu")


@pytest.mark.parametrize(
    ("read", "words"),
    [
        (lambda: github.parse(payload("github/bad_status_unknown_state.json", event="deployment_status")), "exploded"),
        (lambda: github.parse(payload("github/bad_push_without_time.json", event="push")), "timestamp is missing"),
        (lambda: gitlab.parse(payload("gitlab/bad_deployment_without_time.json")), "status_changed_at is missing"),
        (lambda: cdevents.parse(recorded("cdevents/bad_version_0.1.json")["data"]), "CDEvents 0.1.0"),
        (lambda: argocd.parse(payload("argocd/bad_phase.json")), "Exploded"),
        (lambda: switches.parse(Payload("", {"id": "1", "name": "x"}, "k", at(9))), "name is no field"),
    ],
)
def test_bad_payloads_are_refused_with_what_to_change(read: Callable[[], Told], words: str) -> None:
    with pytest.raises(UnreadableError, match=words):
        read()


def test_a_row_of_the_api_is_read_whole() -> None:
    row = {
        "id": 7,
        "service": "checkout",
        "environment": "production",
        "started_at": "2026-03-02T08:00:00Z",
        "finished_at": "2026-03-02T09:00:00Z",
        "outcome": "success",
        "revision": "b",
        "commits": [{"sha": "b", "committed_at": "2026-03-02T07:00:00Z", "parents": ["a", "c"], "message": "B\n\nx"}],
        "changes": [{"id": "#1", "opened_at": "2026-03-02T06:00:00Z", "approved_at": "2026-03-02T06:30:00Z"}],
    }
    told = rows.read_row(row)
    assert (told.deployments[0].key, told.deployments[0].outcome, told.deployments[0].at) == ("7", "succeeded", at(9))
    assert (told.commits[0].title, told.commits[0].is_merge, told.commits[0].parents) == ("B", True, ("a", "c"))
    assert told.requests[0].first_review_at == at(6, 30)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"id": None}, "deployment.id is missing"),
        ({"revision": ""}, "deployment.revision is missing"),
        ({"outcome": "great"}, "write succeeded, failed"),
        ({"finished_at": None}, "finished_at is missing"),
        ({"finished_at": 1_772_445_600_000}, "finished_at"),
        ({"started_at": "2026-03-03T00:00:00Z"}, "started_at is after finished_at"),
        ({"outcome": "in_progress"}, "what is in progress has no end"),
        ({"comits": []}, "comits is no field"),
        ({"commits": [{"sha": "a"}]}, r"commits\[0\].committed_at is missing"),
        ({"commits": [{"sha": "a", "committed_at": 1, "parents": "b"}]}, "must be a list of shas"),
        ({"rollback": "yes"}, "rollback must be true or false"),
    ],
)
def test_a_row_with_a_mistake_is_refused_by_its_field(change: dict[str, Any], words: str) -> None:
    row = {
        "id": "1",
        "service": "checkout",
        "environment": "production",
        "finished_at": "2026-03-02T09:00:00Z",
        "outcome": "succeeded",
        "revision": "b",
    }
    with pytest.raises(UnreadableError, match=words):
        rows.read_row(row | change)


def test_files_are_read_line_by_line() -> None:
    header = "id,service,environment,finished_at,outcome,revision,commits,rollback\n"
    table = [header, "1,a,prod,2026-03-02T09:00:00Z,succeeded,b,b@2026-03-02T08:00:00Z c@1,yes\n", "2,a,,,,b,b,\n"]
    (_, first), (line, second) = table_of(table)
    assert rows.read_row(first).commits[1].sha == "c"
    assert first["rollback"] is True
    assert (line, str(second)) == (3, "commits: 'b' is not of the form sha@2026-03-01T09:00:00Z")
    assert [number for number, _ in lines_of(['{"id": 1}', "", "nonsense"])] == [1, 3]


def test_github_signs_with_any_key_in_force() -> None:
    signature = "sha256=" + hmac.new(b"new-key", BODY, hashlib.sha256).hexdigest()
    assert key_of_github(headers={"x-hub-signature-256": signature}, body=BODY, keys=KEYS) == 1
    assert key_of_github(headers={"x-hub-signature-256": signature}, body=BODY + b" ", keys=KEYS) is None
    assert key_of_github(headers={}, body=BODY, keys=KEYS) is None


def test_gitlab_sends_a_token_or_signs_in_the_standard_way() -> None:
    now = at(9)
    stamp = str(int(now.timestamp()))
    digest = hmac.new(b"new-key", f"id-1.{stamp}.".encode() + BODY, hashlib.sha256).digest()
    signed = {"webhook-id": "id-1", "webhook-timestamp": stamp}
    signed["webhook-signature"] = "v1,bm9uc2Vuc2U= v1," + base64.b64encode(digest).decode()
    assert key_of_gitlab(headers={"x-gitlab-token": "former-key"}, body=BODY, keys=KEYS, now=now) == 0
    assert key_of_gitlab(headers=signed, body=BODY, keys=KEYS, now=now) == 1
    assert key_of_gitlab(headers=signed, body=BODY, keys=KEYS, now=at(9, 6)) is None, "it is a recording"
    assert key_of_gitlab(headers=signed | {"webhook-id": "id-2"}, body=BODY, keys=KEYS, now=now) is None
    whole = "whsec_" + base64.b64encode(b"new-key").decode()
    assert key_of_gitlab(headers=signed, body=BODY, keys=[whole], now=now) == 0
    strange = signed | {"webhook-signature": "v1,bm9uc2Vuc2U=", "x-gitlab-token": "new-key"}
    assert key_of_gitlab(headers=strange, body=BODY, keys=KEYS, now=now) == 1, "signed with a token of GitLab's own"


def test_gitlab_signs_with_the_token_that_is_made_of_the_key() -> None:
    """It takes `whsec_` and the base64 of 32 bytes, nothing else."""
    now, key = at(9), "0123456789abcdef" * 2 + "01234567"
    token = signing_token(key)
    secret = base64.b64decode(token.removeprefix("whsec_"))
    assert (token[:6], len(secret)) == ("whsec_", 32)
    assert token in {recipe.code for recipe in recipes(kind="gitlab", address="https://a.example", key=key)}
    stamp = str(int(now.timestamp()))
    digest = hmac.new(secret, f"id-1.{stamp}.".encode() + BODY, hashlib.sha256).digest()
    signed = {"webhook-id": "id-1", "webhook-timestamp": stamp}
    signed["webhook-signature"] = "v1," + base64.b64encode(digest).decode()
    assert key_of_gitlab(headers=signed, body=BODY, keys=["former-key", key], now=now) == 1


def test_others_present_the_key() -> None:
    assert key_of_bearer(headers={"authorization": "Bearer new-key"}, keys=KEYS) == 1
    assert key_of_bearer(headers={"authorization": "Bearer "}, keys=KEYS) is None
    assert key_of_bearer(headers={"authorization": "Bearer schlüssel"}, keys=KEYS) is None


@pytest.mark.parametrize("name", ["production", "prod-eu", "Live", "PRD"])
def test_production_is_known_by_its_name(name: str) -> None:
    assert is_production_name(name)


@pytest.mark.parametrize("name", ["staging", "pre-production", "preprod", "non-prod", "review/live-chat", "qa", "eu"])
def test_what_stands_before_production_is_none(name: str) -> None:
    assert not is_production_name(name)


@pytest.mark.parametrize(
    "text", ["https://github.com/shop/checkout.git", "git@github.com:shop/checkout", "ssh://git@host/shop/checkout.git"]
)
def test_a_repository_has_one_name(text: str) -> None:
    assert repository_of(text) == "shop/checkout"


def test_settings_are_those_of_the_kind() -> None:
    given = {"services": {"shop/a": "a"}, "production": ["live"], "pipelines": True}
    assert checked_settings(kind=KINDS["gitlab"], given=given) == given
    with pytest.raises(SettingsError) as caught:
        checked_settings(kind=KINDS["argocd"], given=given | {"services": ["a"]})
    assert set(caught.value.mistakes) == {"services", "pipelines"}


PARSERS: dict[str, Callable[[Any], Any]] = {
    "github/12_push.json": lambda body: github.parse(Payload("push", body, "k", at(9))),
    "github/14_deployment_status.json": lambda body: github.parse(Payload("deployment_status", body, "k", at(9))),
    "github/11_pull_request.json": lambda body: github.parse(Payload("pull_request", body, "k", at(9))),
    "gitlab/03_deployment.json": lambda body: gitlab.parse(Payload("", body, "k", at(9))),
    "gitlab/08_merge_request.json": lambda body: gitlab.parse(Payload("", body, "k", at(9))),
    "gitlab/pipeline.json": lambda body: gitlab.parse(Payload("", body, "k", at(9), {"pipelines": True})),
    "cdevents/upgraded_0.5.json": cdevents.parse,
    "argocd/succeeded.json": lambda body: argocd.parse(Payload("", body, "k", at(9))),
}
_RUBBISH: st.SearchStrategy[Any] = st.sampled_from(
    [None, True, -1, 1.5, 10**20, "", "x" * 300, "\ud7ff", [], [1], {}, {"id": []}]
)


@settings(max_examples=50, deadline=None)
@given(path=st.sampled_from(sorted(PARSERS)), seed=st.randoms(use_true_random=False), rubbish=_RUBBISH)
def test_whatever_stands_in_a_payload_is_read_or_refused(path: str, seed: Any, rubbish: Any) -> None:
    body = copy.deepcopy(recorded(path))
    place = body
    while True:
        key = seed.choice(list(place) if isinstance(place, dict) else range(len(place)))
        if not (isinstance(place[key], dict | list) and place[key] and seed.random() < 0.8):
            place[key] = rubbish
            break
        place = place[key]
    with suppress(UnreadableError):  # anything else is a mistake of the parser
        assert PARSERS[path](body) is not None
