"""Experiments from files, pasted text and addresses. Each is taken or refused by itself, with its reasons."""

from __future__ import annotations

import re
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import PurePosixPath
from urllib.parse import unquote, urlsplit

from django.conf import settings

from chaos.experiments.domain.kinds import Format
from chaos.experiments.domain.places import Problem
from chaos.experiments.models import Experiment
from chaos.experiments.services.drafts import ExperimentDraft, read
from chaos.experiments.services.experiments import Stored, create, draft_of, edit
from reliability.access.domain.caller import Caller, Role
from reliability.access.services.authorize import require
from reliability.web.errors import Forbidden, Invalid, NotFound, ProblemError
from reliability.web.outbound import OutboundError, OutboundRefused, send

_FORMATS = {".json": Format.JSON, ".yaml": Format.YAML, ".yml": Format.YAML}
URL_LENGTH_MAX = 2_000
URL_SECONDS = 10.0
URLS_SECONDS = 30.0  # for all of one import: somebody waits for the page


@dataclass(frozen=True, slots=True)
class FileText:
    """name: as the report calls it; its ending tells the format."""

    name: str
    content: bytes


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What became of one file. change: added, changed, unchanged or refused; problems say why it was refused."""

    name: str
    change: str
    slug: str = ""
    title: str = ""
    problems: tuple[Problem, ...] = ()


def import_text(
    *,
    caller: Caller,
    team_id: int,
    text: str,
    now: datetime,
    format: str = "",  # noqa: A002  the word of the column
    slug: str = "",
    service_id: int | None = None,
    reason: str = "",
) -> Stored:
    """One pasted document as a new experiment. Raises as experiments.create."""
    draft = ExperimentDraft(team_id=team_id, text=text, format=format, slug=slug, service_id=service_id)
    return create(caller=caller, draft=draft, now=now, reason=reason or "imported")


def import_files(
    *,
    caller: Caller,
    team_id: int,
    files: Iterable[FileText],
    now: datetime,
    service_id: int | None = None,
    is_updating: bool = False,
    is_dry: bool = False,
) -> list[ImportReport]:
    """A report for each file. is_updating: a file whose name is an experiment of the team becomes its new version.

    is_dry: only validated. Raises Forbidden, NotFound, Invalid for too many files.
    """
    require(caller=caller, team_id=team_id, role=Role.EDITOR)
    listed = list(files)
    _require_few(len(listed), "files")
    return [
        _imported(
            caller, ExperimentDraft(team_id=team_id, text="", service_id=service_id), one, now, is_updating, is_dry
        )
        for one in listed
    ]


def import_urls(
    *, caller: Caller, team_id: int, urls: Sequence[str], now: datetime, service_id: int | None = None
) -> list[ImportReport]:
    """A report for each address. Fetched through the guarded client: private addresses need OUTBOUND_ALLOWED_HOSTS.

    Call it outside of a transaction. Raises Forbidden, NotFound, Invalid for too many addresses.
    """
    require(caller=caller, team_id=team_id, role=Role.EDITOR)
    wanted = list(dict.fromkeys(url.strip() for url in urls if url.strip()))
    _require_few(len(wanted), "addresses")
    reports = []
    until = time.monotonic() + URLS_SECONDS
    for url in wanted:
        try:
            content = _fetched(url, seconds=min(URL_SECONDS, until - time.monotonic()))
        except (OutboundRefused, OutboundError, Invalid) as error:
            reports.append(_refused(_shown(url), str(error)))
            continue
        draft = ExperimentDraft(team_id=team_id, text="", service_id=service_id)
        reports.append(_imported(caller, draft, FileText(url, content), now, False, False))
    return reports


def _fetched(url: str, *, seconds: float) -> bytes:
    if seconds <= 0:
        raise Invalid(f"not read: the addresses before it took {URLS_SECONDS:g} s; name it again by itself")
    if len(url) > URL_LENGTH_MAX or not url.lower().startswith(("https://", "http://")):
        raise Invalid("this is no http or https address")
    try:
        parts = urlsplit(url)
    except ValueError as error:
        raise Invalid(f"this is no address: {error}") from error
    if parts.username or parts.password:
        raise Invalid("an address with a password is not fetched: it would stand in reports")
    answer = send(
        method="GET", url=url, body_bytes_max=settings.EXPERIMENT_BYTES_MAX, total_seconds=seconds, read_seconds=5.0
    )
    if not answer.is_success:
        moved = answer.headers.get("location", "")[:500]
        words = f"it sends to {moved}: name that address" if moved else "nothing was read"
        raise Invalid(f"it answered with status {answer.status}: {words}")
    return answer.body


def _shown(url: str) -> str:
    """Without a password: reports are shown and kept."""
    return re.sub(r"//[^/@]*@", "//…@", url)[:URL_LENGTH_MAX]


def _imported(
    caller: Caller, draft: ExperimentDraft, file: FileText, now: datetime, is_updating: bool, is_dry: bool
) -> ImportReport:
    path = PurePosixPath(unquote(urlsplit(file.name).path) if "://" in file.name else file.name.replace("\\", "/"))
    try:
        text = file.content.decode("utf-8")
    except UnicodeDecodeError as error:
        line = file.content[: error.start].count(b"\n") + 1
        return ImportReport(file.name, "refused", problems=(Problem(line, "", "this is not UTF-8: save it as UTF-8"),))
    draft = replace(
        draft, text=text, format=_FORMATS.get(path.suffix.lower(), ""), note=f"imported from {path.name}"[:300]
    )
    known = _known(draft.team_id, path.stem.lower()) if is_updating else None
    if known is not None:
        kept = draft_of(experiment=known)
        draft = replace(kept, text=draft.text, format=draft.format, note=draft.note)
    try:
        if is_dry:
            return _validated(file.name, draft)
        stored = (
            create(caller=caller, draft=draft, now=now, reason="imported")
            if known is None
            else edit(caller=caller, experiment=known, draft=draft, now=now, reason="imported")
        )
    except (Forbidden, NotFound):
        raise
    except ProblemError as error:
        return ImportReport(file.name, "refused", problems=_problems(error))
    return ImportReport(file.name, stored.change, stored.experiment.slug, stored.experiment.title)


def _validated(name: str, draft: ExperimentDraft) -> ImportReport:
    needs_rpo = draft.rpo_objective_seconds is not None
    parsed, problems = read(
        team_id=draft.team_id, text=draft.text, format=draft.format, kind=draft.kind, needs_rpo=needs_rpo
    )
    title = str(parsed.document.get("title", "")) if parsed else ""
    return ImportReport(name, "refused" if problems else "valid", title=title, problems=tuple(problems))


def _known(team_id: int, slug: str) -> Experiment | None:
    found: Experiment | None = Experiment.objects.filter(team_id=team_id, slug=slug[:63]).first()
    return found


def _problems(error: ProblemError) -> tuple[Problem, ...]:
    if not error.details:
        return (Problem(0, "", error.message),)
    return tuple(
        Problem(
            int(detail.get("line") or 0), str(detail.get("path") or detail.get("field") or ""), str(detail["message"])
        )
        for detail in error.details
    )


def _refused(name: str, message: str) -> ImportReport:
    return ImportReport(name, "refused", problems=(Problem(0, "", message),))


def _require_few(count: int, words: str) -> None:
    most = settings.EXPERIMENT_IMPORT_MAX
    if not count:
        raise Invalid(details=[{"field": words, "message": f"name at least one of the {words}"}])
    if count > most:
        raise Invalid(details=[{"field": words, "message": f"{count} {words}: at most {most} are taken at once"}])
