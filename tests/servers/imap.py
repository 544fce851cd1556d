"""A small IMAP server on loopback: one folder, what imaplib asks for, and commands that fail on demand."""

from __future__ import annotations

import re
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

_QUOTED = re.compile(r'"([^"]*)"|(\S+)')


@dataclass
class Letterbox:
    """mails: by UID. seen: UIDs. asked: the commands, without passwords. failing: commands answered with NO."""

    user: str
    password: str
    port: int = 0
    mails: dict[int, bytes] = field(default_factory=dict)
    seen: set[int] = field(default_factory=set)
    asked: list[str] = field(default_factory=list)
    failing: set[str] = field(default_factory=set)

    def put(self, raw: bytes) -> int:
        uid = len(self.mails) + 1
        self.mails[uid] = raw
        return uid


class _Session(socketserver.StreamRequestHandler):
    box: Letterbox

    def handle(self) -> None:
        self._say(b"* OK ready")
        while line := self.rfile.readline():
            tag, _, rest = line.decode().strip().partition(" ")
            name, _, arguments = rest.partition(" ")
            if name.upper() == "UID":
                name, _, arguments = arguments.partition(" ")
            name = name.upper()
            self.box.asked.append(name)
            answer = self._answer(name, [a or b for a, b in _QUOTED.findall(arguments)], arguments)
            if name in self.box.failing:
                answer = "NO refused on demand"
            self._say(f"{tag} {answer}".encode())
            if name == "LOGOUT":
                return

    def _say(self, line: bytes) -> None:
        self.wfile.write(line + b"\r\n")

    def _answer(self, name: str, words: list[str], text: str) -> str:
        box = self.box
        if name == "CAPABILITY":
            self._say(b"* CAPABILITY IMAP4rev1")
        elif name == "LOGIN" and words != [box.user, box.password]:
            return "NO wrong user or password"
        elif name == "SELECT":
            self._say(f"* {len(box.mails)} EXISTS".encode())
        elif name == "SEARCH":
            new = " ".join(str(uid) for uid in sorted(box.mails) if uid not in box.seen)
            self._say(f"* SEARCH {new}".strip().encode())
        elif name == "FETCH":
            self._fetch(int(words[0]), text)
        elif name == "STORE":
            box.seen.add(int(words[0]))
        elif name == "LOGOUT":
            self._say(b"* BYE")
        return "OK done"

    def _fetch(self, uid: int, text: str) -> None:
        raw = self.box.mails[uid]
        if "RFC822.SIZE" in text:
            self._say(f"* {uid} FETCH (UID {uid} RFC822.SIZE {len(raw)})".encode())
        else:
            self._say(f"* {uid} FETCH (UID {uid} BODY[] {{{len(raw)}}}".encode())
            self.wfile.write(raw)
            self._say(b")")


@contextmanager
def imap_server(*, user: str = "alerts", password: str = "s3cret") -> Iterator[Letterbox]:  # noqa: S107  of this server only
    box = Letterbox(user, password)
    session = type("Session", (_Session,), {"box": box})
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), session) as server:
        server.daemon_threads = True
        box.port = server.server_address[1]
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield box
        finally:
            server.shutdown()
