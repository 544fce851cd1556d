"""Atom and RSS. An entry is an incident or a maintenance: its id stays, each update moves `updated`."""

from __future__ import annotations

from datetime import UTC, datetime
from email.utils import format_datetime
from xml.sax.saxutils import escape
from zoneinfo import ZoneInfo

from incidents.status_page.domain.content import Content, IncidentView, MaintenanceView, UpdateView
from incidents.status_page.domain.instants import iso
from reliability.web.markdown import render_markdown

ENTRIES_MAX = 25
# A year that no entry depends on: tags (RFC 4151) name who could mint them, and when.
_TAG = "tag:{host},2026:status-page/{code}"
_NOT_IN_XML = dict.fromkeys((*range(9), 11, 12, *range(14, 32), 65534, 65535))

Entry = IncidentView | MaintenanceView


def entries_of(content: Content) -> list[Entry]:
    """The ones that changed last, first."""
    found: list[Entry] = [*content.incidents, *content.maintenances]
    return sorted(found, key=lambda one: (one.updated_at, one.code), reverse=True)[:ENTRIES_MAX]


def atom(content: Content) -> bytes:
    page = content.page
    updated = max((one.updated_at for one in entries_of(content)), default=page.changed_at)
    head = (
        '<?xml version="1.0" encoding="utf-8"?>\n<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="en">'
        f"<id>{_text(_tag(content, 'page'))}</id><title>{_text(page.title)}: status history</title>"
        f'<updated>{iso(updated)}</updated><link rel="self" type="application/atom+xml" '
        f'href="{_attribute(page.root)}/history.atom"/><link rel="alternate" type="text/html" '
        f'href="{_attribute(page.root)}/"/><author><name>{_text(page.title)}</name></author>\n'
    )
    return (head + "".join(_atom_entry(content, one) for one in entries_of(content)) + "</feed>\n").encode()


def rss(content: Content) -> bytes:
    page = content.page
    head = (
        '<?xml version="1.0" encoding="utf-8"?>\n<rss version="2.0" xmlns:atom="http://www.w3.org/2005/Atom"><channel>'
        f"<title>{_text(page.title)}: status history</title><link>{_text(page.root)}/</link>"
        f"<description>Incidents and maintenance of {_text(page.title)}</description><language>en</language>"
        f'<atom:link rel="self" type="application/rss+xml" href="{_attribute(page.root)}/history.rss"/>\n'
    )
    return (head + "".join(_rss_item(content, one) for one in entries_of(content)) + "</channel></rss>\n").encode()


def _atom_entry(content: Content, one: Entry) -> str:
    began = one.started_at if isinstance(one, IncidentView) else one.created_at
    return (
        f"<entry><id>{_text(_tag(content, one.code))}</id><title>{_text(one.title)}</title>"
        f"<published>{iso(began)}</published><updated>{iso(one.updated_at)}</updated>"
        f'<link rel="alternate" type="text/html" href="{_attribute(f"{content.page.root}/{one.path}")}"/>'
        f'<category term="{"incident" if isinstance(one, IncidentView) else "maintenance"}"/>'
        f'<content type="html">{_text(_html(content, one))}</content></entry>\n'
    )


def _rss_item(content: Content, one: Entry) -> str:
    address = f"{content.page.root}/{one.path}"
    moved = format_datetime(one.updated_at.astimezone(UTC), usegmt=True)
    return (
        f"<item><title>{_text(one.title)}</title><link>{_text(address)}</link>"
        f'<guid isPermaLink="false">{_text(_tag(content, one.code))}</guid><pubDate>{moved}</pubDate>'
        f"<description>{_text(_html(content, one))}</description></item>\n"
    )


def _html(content: Content, one: Entry) -> str:
    """Every update, newest first, as safe HTML."""
    names = content.names_of(one.components)
    parts = [f"<p>{escape('Affected: ' + ', '.join(names))}</p>"] if names else []
    if isinstance(one, MaintenanceView):
        planned = f"{_wall(content, one.starts_at)} to {_wall(content, one.ends_at)}"
        parts.append(f"<p>{escape(one.words)}: planned from {escape(planned)}</p>")
    return "".join([*parts, *(_update(content, update) for update in one.updates)])


def _update(content: Content, one: UpdateView) -> str:
    return f"<p><small>{escape(_wall(content, one.at))}</small><br><strong>{escape(one.words)}</strong></p>" + str(
        render_markdown(one.body)
    )


def _wall(content: Content, at: datetime) -> str:
    local = at.astimezone(ZoneInfo(content.page.zone))
    return f"{local.day} {local:%B %Y, %H:%M %Z}"


def _tag(content: Content, code: str) -> str:
    """By the page's code, not its address: an entry is the same when the page moves to another domain."""
    return _TAG.format(host=f"{content.page.code}.status-page.invalid", code=code)


def _text(text: str) -> str:
    return escape(text.translate(_NOT_IN_XML))


def _attribute(text: str) -> str:
    return escape(text.translate(_NOT_IN_XML), {'"': "&quot;"})
