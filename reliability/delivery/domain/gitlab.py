"""GitLab's webhooks: what each event tells. Pure.

Source: https://docs.gitlab.com/user/project/integrations/webhook_events/. Traps: a push names the newest 20 commits
and no parents; a deployment names its commit in full only within `commit_url`; times come in three spellings; the
event of a feature flag carries no time.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from reliability.delivery.domain.github import is_merge_message
from reliability.delivery.domain.reading import (
    Object,
    first_line,
    instant_of,
    link_of,
    object_of,
    objects_of,
    required_instant,
    required_text,
    text_of,
)
from reliability.delivery.domain.told import (
    Payload,
    Told,
    ToldCommit,
    ToldDeployment,
    ToldRequest,
    ToldSwitch,
    UnreadableError,
    ignored,
)

PUSH_COMMITS_MAX = 20
_NO_SHA = "0" * 40
_SHA_AT_END = re.compile(r"/([0-9a-f]{40,64})/?$")
_STATUSES = {
    "created": "in_progress",
    "running": "in_progress",
    "blocked": "in_progress",
    "success": "succeeded",
    "failed": "failed",
    "canceled": "cancelled",
    "skipped": "cancelled",  # nothing was deployed, but it was told of as created
}
_JOB_STATUSES = {**_STATUSES, "pending": "in_progress"}


def parse(payload: Payload) -> Told:
    """What kind it is stands in the body. An event that is of no use is ignored: GitLab switches hooks off that are
    refused too often. Raises UnreadableError.
    """
    body = object_of(payload.body, "the body")
    kind = text_of(body, "object_kind") or text_of(body, "event_type")
    if kind not in _KINDS:
        return ignored(f"the event {kind or payload.event or 'without a name'} tells nothing for us")
    return _KINDS[kind](body, payload)


def _deployment(body: Object, payload: Payload) -> Told:
    status = required_text(body, "status", "deployment")
    if status not in _STATUSES:
        raise UnreadableError("unknown_state", f"status {status!r} of a deployment is none that GitLab documents")
    commit_url = link_of(body, "commit_url")
    sha = _SHA_AT_END.search(commit_url)
    tier = text_of(body, "environment_tier")
    repository = _repository(body)
    at = required_instant(body, "status_changed_at", "deployment")
    outcome = _STATUSES[status]
    deployment = ToldDeployment(
        key=f"deployment:{required_text(body, 'deployment_id', 'deployment')}",
        hints=_hints(repository),
        environment=required_text(body, "environment", "deployment"),
        is_production=tier == "production" if tier else None,
        outcome=outcome,
        at=at,
        repository=repository,
        started_at=at if status == "running" else None,
        revision=sha.group(1) if sha else text_of(body, "short_sha"),
        ref=text_of(body, "ref"),
        title=first_line(text_of(body, "commit_title")),
        author=_username(body),
        url=link_of(body, "deployable_url"),
    )
    return Told(deployments=(deployment,))


def _pipeline(body: Object, payload: Payload) -> Told:
    """Jobs that start an environment, for those who do not send deployment events: by setting, or both would count."""
    if payload.config.get("pipelines") is not True:
        return ignored("pipelines are not read here: deployment events say the same")
    attributes = object_of(body.get("object_attributes"), "object_attributes")
    repository = _repository(body)
    told = []
    for job in objects_of(body.get("builds"), "builds"):
        environment = object_of(job.get("environment"), "builds[].environment")
        status = text_of(job, "status")
        if text_of(environment, "action") not in ("start", "") or status not in _JOB_STATUSES or not environment:
            continue
        started_at = instant_of(job, "started_at", "builds[]")
        at = instant_of(job, "finished_at", "builds[]") or started_at
        if at is None:
            continue  # not begun
        tier = text_of(environment, "deployment_tier")
        told.append(
            ToldDeployment(
                key=f"job:{required_text(job, 'id', 'builds[]')}",
                hints=_hints(repository),
                environment=required_text(environment, "name", "builds[].environment"),
                is_production=tier == "production" if tier else None,
                outcome=_JOB_STATUSES[status],
                at=at,
                repository=repository,
                started_at=started_at,
                revision=text_of(attributes, "sha"),
                ref=text_of(attributes, "ref"),
                title=first_line(text_of(object_of(body.get("commit"), "commit"), "message")),
                author=_username(job),
                url=link_of(attributes, "url"),
            )
        )
    return Told(deployments=tuple(told)) if told else ignored("no job of the pipeline starts an environment")


def _push(body: Object, payload: Payload) -> Told:
    after, before = required_text(body, "after", "push"), text_of(body, "before")
    if after == _NO_SHA:
        return ignored("a branch was deleted")
    repository = _repository(body)
    commits = list(objects_of(body.get("commits"), "commits"))
    total = body.get("total_commits_count")
    count = total if isinstance(total, int) and not isinstance(total, bool) else len(commits)
    told = {one.sha: one for one in (_commit(repository, commit) for commit in commits)}
    if after not in told:
        return ignored("the push brought no commit")
    plain = told.pop(after)
    told[after] = ToldCommit(
        repository=repository,
        sha=after,
        committed_at=plain.committed_at,
        author=plain.author,
        title=plain.title,
        is_merge=plain.is_merge,
        within=tuple(sha for sha in told if sha != after),
        before=(before,) if before not in ("", _NO_SHA) else (),
        is_truncated=count > len(commits),
    )
    return Told(commits=tuple(told.values()))


def _commit(repository: str, commit: Object) -> ToldCommit:
    message = text_of(commit, "message", length_max=1_000)
    return ToldCommit(
        repository=repository,
        sha=required_text(commit, "id", "commits[]"),
        committed_at=required_instant(commit, "timestamp", "commits[]"),
        author=text_of(object_of(commit.get("author"), "author"), "name", length_max=120),
        title=text_of(commit, "title", length_max=200) or first_line(message),
        is_merge=is_merge_message(message),
    )


def _merge_request(body: Object, payload: Payload) -> Told:
    request = object_of(body.get("object_attributes"), "object_attributes")
    action = text_of(request, "action")
    opened_at = required_instant(request, "created_at", "object_attributes")
    at = instant_of(request, "updated_at", "object_attributes") or opened_at
    is_merged = text_of(request, "state") == "merged"
    merged_at = instant_of(request, "merged_at", "object_attributes") or (at if action == "merge" else None)
    is_approved = action in ("approved", "approval")
    last = object_of(request.get("last_commit"), "object_attributes.last_commit")
    head = text_of(last, "id")
    merge_sha = text_of(request, "merge_commit_sha") or text_of(request, "squash_commit_sha")
    told = ToldRequest(
        repository=_repository(body),
        key=f"!{required_text(request, 'iid', 'object_attributes')}",
        at=at,
        title=text_of(request, "title"),
        url=link_of(request, "url"),
        # The event names who acted; only who opened it is its author.
        author=_username(body) if action == "open" else "",
        opened_at=opened_at,
        first_review_at=at if is_approved else None,
        approved_at=at if is_approved else None,
        merged_at=merged_at if is_merged else None,
        # Merged without a merge commit, its head is what came in.
        merge_sha=(merge_sha or head) if is_merged else "",
        head_sha=head,
    )
    return Told(requests=(told,))


def _note(body: Object, payload: Payload) -> Told:
    """A comment of somebody else on a merge request is a first review."""
    note = object_of(body.get("object_attributes"), "object_attributes")
    if text_of(note, "noteable_type") != "MergeRequest" or note.get("system") is True:
        return ignored("only comments on merge requests are of use")
    request = object_of(body.get("merge_request"), "merge_request")
    if text_of(note, "author_id") == text_of(request, "author_id"):
        return ignored("its author wrote: that is no review")
    at = required_instant(note, "created_at", "object_attributes")
    told = ToldRequest(
        repository=_repository(body),
        key=f"!{required_text(request, 'iid', 'merge_request')}",
        at=at,
        title=text_of(request, "title"),
        opened_at=instant_of(request, "created_at", "merge_request"),
        first_review_at=at,
    )
    return Told(requests=(told,))


def _feature_flag(body: Object, payload: Payload) -> Told:
    flag = object_of(body.get("object_attributes"), "object_attributes")
    repository = _repository(body)
    name = required_text(flag, "name", "object_attributes")
    words = "on" if flag.get("active") is True else "off"
    details = {"kind": "flag", "flag": name, "state": words, "repository": repository, "by": _username(body)}
    title = f"Feature flag {name} switched {words}"
    switch = ToldSwitch(f"flag:{payload.key}", title, payload.received_at, _hints(repository), "", details)
    return Told(switches=(switch,))


def _release(body: Object, payload: Payload) -> Told:
    if text_of(body, "action") != "create":
        return ignored("only a release that is made is a change")
    repository = _repository(body)
    tag = required_text(body, "tag", "release")
    at = instant_of(body, "released_at", "release") or required_instant(body, "created_at", "release")
    details = {"kind": "release", "repository": repository, "tag": tag}
    title = f"Release {text_of(body, 'name') or tag}"
    key = f"release:{repository}:{tag}"
    return Told(switches=(ToldSwitch(key, title, at, _hints(repository), link_of(body, "url"), details),))


def _repository(body: Object) -> str:
    return required_text(object_of(body.get("project"), "project"), "path_with_namespace", "project")


def _hints(repository: str) -> tuple[str, ...]:
    return (repository, repository.rpartition("/")[2])


def _username(body: Object) -> str:
    user = object_of(body.get("user"), "user")
    return text_of(user, "username", length_max=120) or text_of(user, "name", length_max=120)


_KINDS: Mapping[str, Callable[[Object, Payload], Told]] = {
    "deployment": _deployment,
    "pipeline": _pipeline,
    "push": _push,
    "merge_request": _merge_request,
    "note": _note,
    "feature_flag": _feature_flag,
    "release": _release,
}
