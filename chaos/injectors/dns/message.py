"""As much of DNS messages (RFC 1035) as a forwarder needs: the one question of a query, and short answers to it."""

from __future__ import annotations

import ipaddress
import struct
from dataclasses import dataclass

HEADER_BYTES = 12
MESSAGE_BYTES_MAX = 65_535
NOERROR, FORMERR, SERVFAIL, NXDOMAIN, NOTIMP, REFUSED = range(6)
TYPE_A, TYPE_AAAA, CLASS_IN = 1, 28, 1

_HEADER = struct.Struct("!6H")
_LABEL_BYTES_MAX = 63
_NAME_BYTES_MAX = 255
_IS_ANSWER = 0x8000
_OPCODE = 0x7800
_RECURSION_DESIRED = 0x0100
_RECURSION_AVAILABLE = 0x0080
_POINTER_TO_QUESTION = b"\xc0\x0c"


class DnsError(Exception):
    """No query we understand. answer: what to send back; None: nothing."""

    def __init__(self, message: str, answer: bytes | None = None) -> None:
        super().__init__(message)
        self.answer = answer


@dataclass(frozen=True, slots=True)
class Query:
    """name: lower case, without its last dot. question: its bytes as they came, for the answer."""

    number: int
    flags: int
    name: str
    type: int
    question: bytes


def parse_query(data: bytes) -> Query:
    """Raises DnsError."""
    if len(data) < HEADER_BYTES:
        raise DnsError("shorter than a header")
    number, flags, questions, *_ = _HEADER.unpack_from(data)
    if flags & _IS_ANSWER:
        raise DnsError("an answer, where a query is expected")
    if flags & _OPCODE:
        raise DnsError("no plain query", _header(number, flags, NOTIMP, questions=0, answers=0))
    formerr = _header(number, flags, FORMERR, questions=0, answers=0)
    if questions != 1:
        raise DnsError(f"{questions} questions", formerr)
    try:
        labels, end = _labels(data)
        kind, _ = struct.unpack_from("!2H", data, end)
    except (IndexError, struct.error, ValueError) as error:
        raise DnsError("a broken question", formerr) from error
    name = ".".join(label.decode("latin-1") for label in labels).lower()
    return Query(number=number, flags=flags, name=name, type=kind, question=data[HEADER_BYTES : end + 4])


def _labels(data: bytes) -> tuple[list[bytes], int]:
    """The labels of the question and where its type begins. A question has no pointers."""
    labels: list[bytes] = []
    place = HEADER_BYTES
    while length := data[place]:
        label = data[place + 1 : place + 1 + length]
        place += 1 + length
        if length > _LABEL_BYTES_MAX or len(label) < length or place - HEADER_BYTES >= _NAME_BYTES_MAX:
            raise ValueError("a label or name is too long")
        labels.append(label)
    return labels, place + 1


def refusal(query: Query, code: int) -> bytes:
    """An answer with *code* and nothing else."""
    return _header(query.number, query.flags, code, questions=1, answers=0) + query.question


def address_answer(query: Query, *, address: str, record_ttl: int) -> bytes:
    """The address where one of its family is asked for; otherwise that the name has no such record."""
    packed = ipaddress.ip_address(address).packed
    wanted = {4: TYPE_A, 16: TYPE_AAAA}[len(packed)]
    if query.type != wanted:
        return refusal(query, NOERROR)
    record = _POINTER_TO_QUESTION + struct.pack("!HHIH", wanted, CLASS_IN, record_ttl, len(packed)) + packed
    return _header(query.number, query.flags, NOERROR, questions=1, answers=1) + query.question + record


def with_number(message: bytes, number: int) -> bytes:
    return struct.pack("!H", number) + message[2:]


def is_answer_to(message: bytes, *, number: int, query: Query) -> bool:
    """Whether upstream's message answers that very question. Its name may come back in another case."""
    if len(message) < HEADER_BYTES:
        return False
    found, flags, *_ = _HEADER.unpack_from(message)
    question = message[HEADER_BYTES : HEADER_BYTES + len(query.question)]
    return found == number and bool(flags & _IS_ANSWER) and question.lower() in (query.question.lower(), b"")


def _header(number: int, flags: int, code: int, *, questions: int, answers: int) -> bytes:
    answered = _IS_ANSWER | (flags & (_OPCODE | _RECURSION_DESIRED)) | _RECURSION_AVAILABLE | code
    return _HEADER.pack(number, answered, questions, answers, 0, 0)
