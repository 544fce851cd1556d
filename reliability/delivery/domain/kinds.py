"""Every kind of integration there is: who proves itself how, which headers matter, and who reads the payload. Pure.

A new kind is a file with `parse(payload) -> Told` and an entry below.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from reliability.delivery.domain import argocd, cdevents, cloudevents, github, gitlab, rows, switches
from reliability.delivery.domain.told import Payload, Told, ignored


@dataclass(frozen=True, slots=True)
class Kind:
    """proof: "github", "gitlab" or "bearer", see signatures. event_header, key_header: where the sender says which
    event it is and which delivery, in lower case; the first one present counts. settings: names of its config.
    """

    name: str
    title: str
    description: str
    parse: Callable[[Payload], Told]
    proof: str = "bearer"
    event_header: str = ""
    key_headers: tuple[str, ...] = ()
    settings: tuple[str, ...] = ("services", "production")
    icon: str = "plug"


def _cloudevent(payload: Payload) -> Told:
    """The body is one event in its structured form, as it was kept, or what stood in its place."""
    event = cloudevents.structured(payload.body, place="the event")
    kind = event.attributes["type"]
    return cdevents.parse(event.data) if cdevents.is_cdevent(kind) else ignored(f"the event {kind} is no CDEvent")


_KINDS = (
    Kind(
        name="github",
        title="GitHub",
        description="Webhooks of a repository or organisation: deployments, pushes, pull requests and their reviews.",
        parse=github.parse,
        proof="github",
        event_header="x-github-event",
        key_headers=("x-github-delivery",),
        settings=("services", "production", "workflows", "releases"),
        icon="merge",
    ),
    Kind(
        name="gitlab",
        title="GitLab",
        description="Webhooks of a project or group: deployments, pushes, merge requests, feature flags.",
        parse=gitlab.parse,
        proof="gitlab",
        event_header="x-gitlab-event",
        # Not X-Gitlab-Event-UUID: events that one hook makes another send share it.
        key_headers=("webhook-id", "idempotency-key"),
        settings=("services", "production", "pipelines"),
        icon="merge",
    ),
    Kind(
        name="cloudevents",
        title="CloudEvents",
        description="CDEvents 0.4 and 0.5 over HTTP, one or many in a request: Tekton, Jenkins, Spinnaker, your own.",
        parse=_cloudevent,
    ),
    Kind(
        name="argocd",
        title="Argo CD",
        description="A notification template that tells of every synchronisation.",
        parse=argocd.parse,
        settings=("services", "production", "environment"),
    ),
    Kind(
        name="json",
        title="Plain JSON",
        description="Deployments by a line of curl in any pipeline.",
        parse=rows.parse,
        key_headers=("idempotency-key",),
    ),
    Kind(
        name="changes",
        title="Flags and configuration",
        description="Feature flags, configuration, migrations: what else is changed in production.",
        parse=switches.parse,
        key_headers=("idempotency-key",),
        settings=("services",),
    ),
)
KINDS: Mapping[str, Kind] = {kind.name: kind for kind in _KINDS}
