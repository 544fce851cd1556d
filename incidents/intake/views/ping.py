"""/ping/<secret>: calls of monitors, by any method that a shell one-liner or a cron service uses."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.utils import timezone

from incidents.intake.domain.monitors import CallKind
from incidents.intake.services.monitors import monitor_of_secret
from incidents.intake.services.receiving import commit
from incidents.intake.services.rejects import readable
from incidents.intake.services.watching import BODY_BYTES_MAX, Call, take_call
from reliability.access.lockout import address_of
from reliability.access.services.wrong_keys import TooManyWrongKeysError, note_wrong_key

_METHODS = ("GET", "HEAD", "POST")
_KINDS = {"": CallKind.SUCCESS, "start": CallKind.START, "fail": CallKind.FAIL}
EXIT_CODE_MAX = 255


def ping(request: HttpRequest, secret: str, told: str = "", exit_code: int | None = None) -> HttpResponse:
    """200 OK; 404 for an address that is nobody's. told: nothing, start or fail."""
    if request.method not in _METHODS:
        return HttpResponseNotAllowed(_METHODS)
    if exit_code is not None and exit_code > EXIT_CODE_MAX:
        return _text("an exit code is between 0 and 255", status=400)
    monitor = monitor_of_secret(presented=secret)
    if monitor is None:
        return _unknown(request)
    kind = CallKind.FAIL if exit_code else _KINDS[told]
    call = Call(kind=kind, exit_code=exit_code, body=_body(request), sender=_sender(request))
    now = timezone.now()
    if not commit(lambda: take_call(monitor_id=monitor.pk, call=call, now=now)):
        return _unknown(request)
    return _text("OK")


def _unknown(request: HttpRequest) -> HttpResponse:
    try:
        note_wrong_key(kind="monitor", address=address_of(request) or "", now=timezone.now())
    except TooManyWrongKeysError as error:
        answer = _text("too many wrong addresses: wait", status=429)
        answer["Retry-After"] = str(int(error.retry_after.total_seconds()))
        return answer
    return _text("no monitor has this address", status=404)


def _body(request: HttpRequest) -> str:
    """The end of what a job wrote: that is where it says why."""
    return readable(request.body[-BODY_BYTES_MAX:]) if request.method == "POST" else ""


def _sender(request: HttpRequest) -> str:
    return f"{address_of(request) or 'unknown address'} {request.headers.get('User-Agent', '')[:120]}".strip()


def _text(text: str, *, status: int = 200) -> HttpResponse:
    return HttpResponse(f"{text}\n", status=status, content_type="text/plain; charset=utf-8")


ping.csrf_exempt = True  # type: ignore[attr-defined]  # Django's marker: the address is the proof
ping.login_required = False  # type: ignore[attr-defined]  # Django's marker: no session is asked for
ping.is_intake = True  # type: ignore[attr-defined]  # ours: IntakeMiddleware serves it before sessions
