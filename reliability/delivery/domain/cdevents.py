"""CDEvents 0.4 and 0.5 within CloudEvents: services that were deployed, changes that were merged. Pure.

Source: https://github.com/cdevents/spec, tags v0.4.1 and v0.5.0. 0.4 has `context.version` and `subject.type`, 0.5 has
`context.specversion` and neither; the predicates and their contents are the same. Known words beyond the standard go
into `customData`: service, revision, started_at, outcome. The service is the subject; `artifactId` is a package URL.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import unquote

from reliability.delivery.domain.cloudevents import key_of
from reliability.delivery.domain.reading import (
    INVALID,
    Object,
    instant_of,
    link_of,
    object_of,
    required_instant,
    required_text,
    text_of,
)
from reliability.delivery.domain.told import (
    Told,
    ToldDeployment,
    ToldRequest,
    ToldSwitch,
    UnreadableError,
    ignored,
)

_TYPE = re.compile(r"^dev\.cdevents\.([a-z]+)\.([a-z]+)\.(\d+\.\d+\.\d+(?:-[a-z]+)?)$")
_VERSION = re.compile(r"^0\.[45]\.\d+$")
_PREFIX = "dev.cdevents."


def is_cdevent(event_type: str) -> bool:
    return event_type.startswith(_PREFIX)


def parse(data: Any) -> Told:
    """The data of a CloudEvent that is a CDEvent. Raises UnreadableError."""
    body = object_of(data, "data")
    context = object_of(body.get("context"), "context")
    version = text_of(context, "specversion") or text_of(context, "version")
    if not _VERSION.match(version):
        raise UnreadableError(
            "unknown_version", f"CDEvents {version or 'without a version'}: 0.4 and 0.5 are read here"
        )
    kind = required_text(context, "type", "context")
    match = _TYPE.match(kind)
    if match is None:
        raise UnreadableError(INVALID, f"context.type {kind!r} is no type of CDEvents")
    read = _READERS.get((match.group(1), match.group(2)))
    if read is None:
        return ignored(f"{match.group(1)}.{match.group(2)} tells nothing for us")
    subject = object_of(body.get("subject"), "subject")
    return read(body, context, subject)


def _service(body: Object, context: Object, subject: Object, *, is_rollback: bool = False) -> Told:
    content = object_of(subject.get("content"), "subject.content")
    environment = object_of(content.get("environment"), "subject.content.environment")
    custom = _custom(body)
    artifact = text_of(content, "artifactId", length_max=500)
    at = required_instant(context, "timestamp", "context")
    deployment = ToldDeployment(
        key=key_of(required_text(context, "source", "context"), required_text(context, "id", "context")),
        hints=_hints(custom, subject),
        environment=text_of(environment, "name") or required_text(environment, "id", "subject.content.environment"),
        outcome="succeeded",
        at=at,
        repository=text_of(custom, "repository"),
        started_at=instant_of(custom, "started_at", "customData"),
        revision=text_of(custom, "revision") or _revision(artifact),
        title=artifact[:255],
        url=link_of(environment, "url"),
        is_rollback=is_rollback,
        details={"artifact": artifact} if artifact else {},
    )
    return Told(deployments=(deployment,))


def _rolled_back(body: Object, context: Object, subject: Object) -> Told:
    return _service(body, context, subject, is_rollback=True)


def _published(body: Object, context: Object, subject: Object) -> Told:
    """A service became reachable: a change for whoever looks for suspects, yet no other deployment."""
    return _switch(body, context, subject, "Service {name} published")


def _removed(body: Object, context: Object, subject: Object) -> Told:
    return _switch(body, context, subject, "Service {name} removed")


def _environment(body: Object, context: Object, subject: Object) -> Told:
    return _switch(body, context, subject, "Environment {name} changed")


def _switch(body: Object, context: Object, subject: Object, words: str) -> Told:
    content = object_of(subject.get("content"), "subject.content")
    name = text_of(content, "name") or required_text(subject, "id", "subject")
    environment = object_of(content.get("environment"), "subject.content.environment")
    switch = ToldSwitch(
        key=key_of(required_text(context, "source", "context"), required_text(context, "id", "context")),
        title=words.format(name=name)[:255],
        at=required_instant(context, "timestamp", "context"),
        hints=_hints(_custom(body), subject),
        details={"kind": "service", "environment": text_of(environment, "id")},
    )
    return Told(switches=(switch,))


def _created(body: Object, context: Object, subject: Object) -> Told:
    told = _request(body, context, subject)
    return Told(requests=(replace(told, opened_at=told.at),))


def _reviewed(body: Object, context: Object, subject: Object) -> Told:
    told = _request(body, context, subject)
    return Told(requests=(replace(told, first_review_at=told.at),))


def _merged(body: Object, context: Object, subject: Object) -> Told:
    told = _request(body, context, subject)
    return Told(requests=(replace(told, merged_at=told.at),))


def _request(body: Object, context: Object, subject: Object) -> ToldRequest:
    content = object_of(subject.get("content"), "subject.content")
    repository = object_of(content.get("repository"), "subject.content.repository")
    custom = _custom(body)
    return ToldRequest(
        repository=text_of(repository, "id") or required_text(custom, "repository", "customData"),
        key=required_text(subject, "id", "subject")[:120],
        at=required_instant(context, "timestamp", "context"),
        title=text_of(custom, "title"),
        merge_sha=text_of(custom, "merge_sha", length_max=64),
    )


def _hints(custom: Object, subject: Object) -> tuple[str, ...]:
    """`service/myapp` and `/apps/checkout` mean their last part, too."""
    name = required_text(subject, "id", "subject")
    found = (text_of(custom, "service", length_max=63), name, name.rstrip("/").rpartition("/")[2])
    return tuple(dict.fromkeys(hint for hint in found if hint))


def _custom(body: Object) -> Object:
    value = body.get("customData")
    return value if isinstance(value, dict) else {}


def _revision(artifact: str) -> str:
    """What follows the @ of a package URL: `pkg:oci/app@sha256%3A0b31…` is of the revision `sha256:0b31…`."""
    return unquote(artifact.rpartition("@")[2].partition("?")[0])[:255] if "@" in artifact else artifact[:255]


_READERS: Mapping[tuple[str, str], Callable[[Object, Object, Object], Told]] = {
    ("service", "deployed"): _service,
    ("service", "upgraded"): _service,
    ("service", "rolledback"): _rolled_back,
    ("service", "published"): _published,
    ("service", "removed"): _removed,
    ("environment", "modified"): _environment,
    ("change", "created"): _created,
    ("change", "reviewed"): _reviewed,
    ("change", "merged"): _merged,
}
