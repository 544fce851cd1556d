"""Mailboxes: what is new in them, and marking it as read. Bounded in number, size and time."""

from __future__ import annotations

import imaplib
import re
import socket
import ssl
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from django.conf import settings

from reliability.web.outbound_addresses import allowed_addresses, current_policy
from reliability.web.outbound_policy import OutboundRefused

SECONDS_MAX = 20.0  # for each answer of a server
SECONDS_IN_ALL_MAX = 120.0  # for one look into a mailbox: what is left then is read at the next
_BESIDES_BYTES_MAX = 64 * 1024  # of an answer, besides the mail in it
_SIZE = re.compile(rb"RFC822\.SIZE (\d+)")


class MailboxError(Exception):
    """The mailbox cannot be read; the message says why, without the password."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """A mail that nobody read yet. raw: None when it is larger than the bound."""

    mark: str
    size: int
    raw: bytes | None


class Mailbox(Protocol):
    def waiting(self, *, mails_max: int, bytes_max: int) -> Iterator[Waiting]: ...

    def done(self, mail: Waiting) -> None:
        """Never show it as waiting again."""


class Maildir:
    """A maildir as https://cr.yp.to/proto/maildir.html describes it: from `new` to `cur`."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory

    def waiting(self, *, mails_max: int, bytes_max: int) -> Iterator[Waiting]:
        new = self._directory / "new"
        if not new.is_dir():
            raise MailboxError(f"{self._directory} is no maildir: it has no folder new")
        names = sorted(path for path in new.iterdir() if path.is_file() and not path.is_symlink())
        for path in names[:mails_max]:
            size = path.stat().st_size
            yield Waiting(path.name, size, path.read_bytes() if size <= bytes_max else None)

    def done(self, mail: Waiting) -> None:
        target = self._directory / "cur" / f"{mail.mark}:2,S"
        target.parent.mkdir(exist_ok=True)
        (self._directory / "new" / mail.mark).replace(target)


class Imap:
    """A folder of an IMAP server: what is not \\Seen."""

    def __init__(self, client: imaplib.IMAP4) -> None:
        self._client = client

    def waiting(self, *, mails_max: int, bytes_max: int) -> Iterator[Waiting]:
        _, found = _asked(self._client.uid("SEARCH", "UNSEEN"))
        for uid in b" ".join(part for part in found if part).split()[:mails_max]:
            mark = uid.decode()
            _, sizes = _asked(self._client.uid("FETCH", mark, "(RFC822.SIZE)"))
            match = _SIZE.search(b" ".join(part if isinstance(part, bytes) else part[0] for part in sizes if part))
            size = int(match[1]) if match else 0
            yield Waiting(mark, size, self._fetch(mark) if 0 < size <= bytes_max else None)

    def _fetch(self, mark: str) -> bytes:
        """The mail, without marking it: that is done when it has had its effect."""
        _, parts = _asked(self._client.uid("FETCH", mark, "(BODY.PEEK[])"))
        return next((part[1] for part in parts if isinstance(part, tuple)), b"")

    def done(self, mail: Waiting) -> None:
        _asked(self._client.uid("STORE", mail.mark, "+FLAGS", "(\\Seen)"))


@contextmanager
def imap(*, config: Mapping[str, Any], password: str) -> Iterator[Imap]:
    """Connected, signed in, and with the folder open. Raises MailboxError."""
    try:
        client = _connect(config)
    except (OSError, imaplib.IMAP4.error, OutboundRefused) as error:
        raise MailboxError(f"cannot connect to {config['host']}: {error}") from error
    try:
        _asked(client.login(config["username"], password))
        _asked(client.select(f'"{config["folder"]}"'))
        yield Imap(client)
    except UnicodeEncodeError as error:
        message = f"{config['host']}: IMAP takes user, password and folder in letters of ASCII only: use others"
        raise MailboxError(message) from error
    except (OSError, imaplib.IMAP4.error) as error:
        raise MailboxError(f"{config['host']}: {str(error).replace(password, '…') if password else error}") from error
    finally:
        _leave(client)


def _connect(config: Mapping[str, Any]) -> imaplib.IMAP4:
    """To an address that outgoing requests may reach; the certificate is held against the name all the same."""
    host, port = str(config["host"]), int(config["port"])
    address = allowed_addresses(host=host, port=port, policy=current_policy())[0]
    client = _Client(host=host, port=port, address=address, is_tls=config["security"] == "tls")
    if config["security"] == "starttls":
        client.starttls(ssl.create_default_context())
    return client


class _Client(imaplib.IMAP4):
    """Connects to a literal address, and verifies the certificate of the host it was resolved from.

    Takes no answer larger than a mail may be, and is cut off when a server keeps it for too long.
    """

    def __init__(self, *, host: str, port: int, address: str, is_tls: bool) -> None:
        self._address, self._is_tls = address, is_tls
        self._connection: socket.socket | None = None
        self._watch = threading.Timer(SECONDS_IN_ALL_MAX, self._cut)
        self._watch.daemon = True
        self._watch.start()
        try:
            super().__init__(host, port, timeout=SECONDS_MAX)
        except BaseException:
            self._watch.cancel()
            raise

    def read(self, size: int) -> bytes:
        if size > settings.MAIL_BYTES_MAX + _BESIDES_BYTES_MAX:
            self._cut()  # it would go on sending that when it is told good-bye
            raise self.abort(f"the server announces {size:,} bytes, more than it said the mail has")
        return super().read(size)

    def shutdown(self) -> None:
        self._watch.cancel()
        super().shutdown()

    def _create_socket(self, timeout: float | None) -> socket.socket:
        self._connection = socket.create_connection((self._address, self.port), timeout)
        if self._is_tls:
            context = ssl.create_default_context()
            self._connection = context.wrap_socket(self._connection, server_hostname=self.host)
        return self._connection

    def _cut(self) -> None:
        """Whoever waits for the server hears that the connection ended."""
        connection = getattr(self, "sock", None) or self._connection  # STARTTLS puts another in its place
        if connection is not None:
            with suppress(OSError):
                socket.socket.shutdown(connection, socket.SHUT_RDWR)  # below TLS: nothing is said any more


def _asked(answer: tuple[str, Any]) -> tuple[str, Any]:
    status, data = answer
    if status != "OK":
        words = data[0].decode(errors="replace") if data and isinstance(data[0], bytes) else str(data)
        raise imaplib.IMAP4.error(words[:200])
    return status, data


def _leave(client: imaplib.IMAP4) -> None:
    try:
        client.logout()
    except (OSError, imaplib.IMAP4.error):
        with suppress(OSError):
            client.shutdown()  # who cannot say good-bye still lets go of the connection
