"""GitHub's webhooks: what each event tells. Pure.

Source: https://docs.github.com/webhooks/webhook-events-and-payloads. Traps: a push names no parents and at most 2,048
commits; `inactive` says that a later deployment took over, not that this one failed; a deployment may get several
terminal statuses; deliveries arrive in any order, and again with the same X-GitHub-Delivery.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

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

PUSH_COMMITS_MAX = 2_048
_NO_SHA = "0" * 40
_STATES = {
    "success": "succeeded",
    "failure": "failed",
    "error": "failed",
    "pending": "in_progress",
    "queued": "in_progress",
    "in_progress": "in_progress",
    "waiting": "in_progress",
}
_CONCLUSIONS = {
    "success": "succeeded",
    "failure": "failed",
    "timed_out": "failed",
    "startup_failure": "failed",
    "cancelled": "cancelled",
    # They deployed nothing, but were told of as queued: left out they would be in progress for ever.
    **dict.fromkeys(("skipped", "neutral", "stale", "action_required"), "cancelled"),
}
Config = Mapping[str, Any]


def parse(payload: Payload) -> Told:
    """event: X-GitHub-Event. config: "workflows" {name: environment} are deployments by workflow; "releases" an
    environment for which a published release counts as a deployment. Raises UnreadableError.
    """
    event = payload.event
    if event not in _EVENTS:
        return ignored("ping" if event == "ping" else f"the event {event or 'without a name'} tells nothing for us")
    return _EVENTS[event](object_of(payload.body, "the body"), payload.config)


def _deployment(body: Object, config: Config) -> Told:
    deployment = object_of(body.get("deployment"), "deployment")
    told = _told(body, deployment, outcome="in_progress", at=required_instant(deployment, "created_at", "deployment"))
    return Told(deployments=(told,))


def _deployment_status(body: Object, config: Config) -> Told:
    status = object_of(body.get("deployment_status"), "deployment_status")
    state = required_text(status, "state", "deployment_status")
    if state == "inactive":
        return ignored("inactive: a later deployment has taken over")
    if state not in _STATES:
        raise UnreadableError("unknown_state", f"deployment_status.state {state!r} is none that GitHub documents")
    at = instant_of(status, "updated_at", "deployment_status")
    at = at or required_instant(status, "created_at", "deployment_status")
    deployment = object_of(body.get("deployment"), "deployment")
    url = link_of(status, "log_url") or link_of(status, "target_url")
    told = _told(body, deployment, outcome=_STATES[state], at=at, url=url)
    return Told(deployments=(told,))


def _told(body: Object, deployment: Object, *, outcome: str, at: Any, url: str = "") -> ToldDeployment:
    repository = _repository(body)
    payload = deployment.get("payload")
    named = text_of(payload, "service", length_max=63) if isinstance(payload, dict) else ""
    is_production = deployment.get("production_environment")
    return ToldDeployment(
        key=f"deployment:{required_text(deployment, 'id', 'deployment')}",
        hints=_hints(named, repository),
        environment=required_text(deployment, "environment", "deployment"),
        # GitHub says false for every environment not called "production" unless it was told: only true is believed.
        is_production=True if is_production is True else None,
        outcome=outcome,
        at=at,
        repository=repository,
        started_at=instant_of(deployment, "created_at", "deployment"),
        revision=text_of(deployment, "sha"),
        ref=text_of(deployment, "ref"),
        title=first_line(text_of(deployment, "description")),
        author=_login(deployment, "creator"),
        url=url,
        is_rollback=text_of(deployment, "task") == "rollback",
    )


def _workflow_run(body: Object, config: Config) -> Told:
    run = object_of(body.get("workflow_run"), "workflow_run")
    workflows = object_of(config.get("workflows"), "config.workflows")
    name = text_of(run, "name") or text_of(object_of(body.get("workflow"), "workflow"), "name")
    environment = workflows.get(name)
    if not environment:
        return ignored(f"the workflow {name!r} is not among those that deploy")
    repository = _repository(body)
    conclusion = text_of(run, "conclusion")
    is_over = text_of(run, "status") == "completed"
    if is_over and conclusion not in _CONCLUSIONS:
        return ignored(f"the run ended as {conclusion or 'nothing'}: it deployed nothing")
    started_at = instant_of(run, "run_started_at", "workflow_run") or instant_of(run, "created_at", "workflow_run")
    deployment = ToldDeployment(
        # Each attempt of a run deploys once.
        key=f"run:{required_text(run, 'id', 'workflow_run')}:{text_of(run, 'run_attempt') or 1}",
        hints=_hints("", repository),
        environment=str(environment),
        outcome=_CONCLUSIONS[conclusion] if is_over else "in_progress",
        at=required_instant(run, "updated_at", "workflow_run"),
        repository=repository,
        started_at=started_at,
        revision=text_of(run, "head_sha"),
        ref=text_of(run, "head_branch"),
        title=first_line(text_of(run, "display_title")),
        author=_login(run, "actor"),
        url=link_of(run, "html_url"),
    )
    return Told(deployments=(deployment,))


def _release(body: Object, config: Config) -> Told:
    if text_of(body, "action") != "published":
        return ignored("only a release that is published is a change")
    release = object_of(body.get("release"), "release")
    repository = _repository(body)
    tag = required_text(release, "tag_name", "release")
    at = instant_of(release, "published_at", "release") or required_instant(release, "created_at", "release")
    title, url = f"Release {text_of(release, 'name') or tag}", link_of(release, "html_url")
    key = f"release:{required_text(release, 'id', 'release')}"
    environment = text_of(config, "releases")
    if not environment or release.get("prerelease") is True:
        details = {"repository": repository, "tag": tag, "kind": "release"}
        return Told(switches=(ToldSwitch(key, title, at, _hints("", repository), url, details),))
    deployment = ToldDeployment(
        key=key,
        hints=_hints("", repository),
        environment=environment,
        outcome="succeeded",
        at=at,
        repository=repository,
        revision=tag,
        ref=tag,
        title=first_line(title),
        author=_login(release, "author"),
        url=url,
    )
    return Told(deployments=(deployment,))


def _push(body: Object, config: Config) -> Told:
    after, before = required_text(body, "after", "push"), text_of(body, "before")
    if body.get("deleted") is True or after == _NO_SHA:
        return ignored("a branch was deleted")
    if text_of(body, "ref").startswith("refs/tags/"):
        return ignored("a tag names a commit that is known already")
    repository = _repository(body)
    commits = list(objects_of(body.get("commits"), "commits"))
    is_truncated = len(commits) >= PUSH_COMMITS_MAX or _size(body) > len(commits)
    shas = [required_text(one, "id", "commits[]") for one in commits]
    told = {sha: _commit(repository, one) for sha, one in zip(shas, commits, strict=True)}
    head = object_of(body.get("head_commit"), "head_commit")
    if after not in told and head:
        told[after] = _commit(repository, head)
    if after not in told:
        return ignored("the push brought no commit")
    follows = before not in ("", _NO_SHA) and body.get("forced") is not True
    plain = told.pop(after)
    told[after] = ToldCommit(
        repository=repository,
        sha=after,
        committed_at=plain.committed_at,
        author=plain.author,
        title=plain.title,
        is_merge=plain.is_merge,
        within=tuple(sha for sha in shas if sha != after),
        before=(before,) if follows else (),
        is_truncated=is_truncated,
    )
    return Told(commits=tuple(told.values()))


def _size(body: Object) -> int:
    """How many commits the push had, where it says so."""
    value = body.get("size")
    return value if isinstance(value, int) and not isinstance(value, bool) else 0


def _commit(repository: str, commit: Object) -> ToldCommit:
    author = object_of(commit.get("author"), "author")
    message = text_of(commit, "message", length_max=1_000)
    return ToldCommit(
        repository=repository,
        sha=required_text(commit, "id", "commits[]"),
        committed_at=required_instant(commit, "timestamp", "commits[]"),
        author=text_of(author, "username", length_max=120) or text_of(author, "name", length_max=120),
        title=first_line(message),
        is_merge=is_merge_message(message),
    )


def _pull_request(body: Object, config: Config) -> Told:
    request = object_of(body.get("pull_request"), "pull_request")
    return Told(requests=(_request(body, request),))


def _pull_request_review(body: Object, config: Config) -> Told:
    if text_of(body, "action") not in ("submitted", "edited", ""):
        return ignored("a dismissed review takes nothing back: it was given")
    review = object_of(body.get("review"), "review")
    request = object_of(body.get("pull_request"), "pull_request")
    at = required_instant(review, "submitted_at", "review")
    author = _login(request, "user")
    if _login(review, "user") == author and author:
        return ignored("its author answered: that is no review")
    is_approved = text_of(review, "state").lower() == "approved"
    return Told(
        requests=(
            ToldRequest(
                repository=_repository(body),
                key=f"#{required_text(request, 'number', 'pull_request')}",
                at=at,
                title=text_of(request, "title"),
                url=link_of(request, "html_url"),
                author=author,
                opened_at=instant_of(request, "created_at", "pull_request"),
                first_review_at=at,
                approved_at=at if is_approved else None,
            ),
        )
    )


def _request(body: Object, request: Object) -> ToldRequest:
    merged_at = instant_of(request, "merged_at", "pull_request")
    opened_at = required_instant(request, "created_at", "pull_request")
    return ToldRequest(
        repository=_repository(body),
        key=f"#{required_text(request, 'number', 'pull_request')}",
        at=instant_of(request, "updated_at", "pull_request") or opened_at,
        title=text_of(request, "title"),
        url=link_of(request, "html_url"),
        author=_login(request, "user"),
        opened_at=opened_at,
        merged_at=merged_at,
        # Before the merge it names a trial merge that will never be on a branch.
        merge_sha=text_of(request, "merge_commit_sha") if merged_at else "",
        base_sha=text_of(object_of(request.get("base"), "base"), "sha"),
        head_sha=text_of(object_of(request.get("head"), "head"), "sha"),
    )


def _repository(body: Object) -> str:
    return required_text(object_of(body.get("repository"), "repository"), "full_name", "repository")


def _hints(named: str, repository: str) -> tuple[str, ...]:
    return tuple(hint for hint in (named, repository, repository.rpartition("/")[2]) if hint)


def _login(parent: Object, name: str) -> str:
    return text_of(object_of(parent.get(name), name), "login", length_max=120)


def is_merge_message(message: str) -> bool:
    """What git and the forges write over a merge, the only sign of one where no parents are told."""
    return message.startswith(("Merge pull request #", "Merge branch '", "Merge remote-tracking branch '"))


_EVENTS: Mapping[str, Callable[[Object, Config], Told]] = {
    "deployment": _deployment,
    "deployment_status": _deployment_status,
    "push": _push,
    "pull_request": _pull_request,
    "pull_request_review": _pull_request_review,
    "workflow_run": _workflow_run,
    "release": _release,
}
