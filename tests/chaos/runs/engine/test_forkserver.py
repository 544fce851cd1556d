"""The process that makes the processes of runs: copies with nothing of each other's, and none that outlives it."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from chaos.runner.protocol import Job, ProtocolError
from chaos.runs.domain.states import Verdict
from chaos.runs.supervision import forkserver
from chaos.runs.supervision.forkserver import Forked, ForkServer
from chaos.runs.supervision.process import ChildProcess, end_leftovers
from tests.chaos.runs.engine.conftest import Bench, program, put


@pytest.fixture
def server() -> Iterator[ForkServer]:
    server = ForkServer(instance="here/1")
    yield server
    server.close()


def environment_of(pid: int) -> dict[str, str]:
    texts = Path(f"/proc/{pid}/environ").read_text().split("\0")
    return dict(text.split("=", 1) for text in texts if text)


def files_of(pid: int) -> list[Path]:
    return list(Path(f"/proc/{pid}/fd").iterdir())


def open_in(pid: int) -> set[str]:
    """What its files are; one that is closed just now is none."""
    found = set()
    for file in files_of(pid):
        with suppress(FileNotFoundError):
            found.add(str(file.readlink()))
    return found


def directory_of(pid: int) -> Path:
    """A copy takes it after its session and its files."""
    return Path(f"/proc/{pid}/cwd").readlink()


def parent_of(pid: int) -> int:
    return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])


def is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def wait_until(is_so: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 10
    while not is_so():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def wait_until_gone(*pids: int) -> None:
    wait_until(lambda: not any(is_alive(pid) for pid in pids))


def test_the_server_has_one_thread_no_secret_and_copies_in_sessions_of_their_own(
    server: ForkServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SECRET_KEY", "hunter2")
    monkeypatch.setenv("DATABASE_URL", "postgres://hunter2")
    first, second = (ChildProcess(server=server, mark=f"{number}@here/1") for number in (1, 2))
    try:
        one = parent_of(first.pid)
        assert parent_of(second.pid) == one != os.getpid()
        assert len(list(Path(f"/proc/{one}/task").iterdir())) == 1
        assert "hunter2" not in Path(f"/proc/{one}/environ").read_text()
        assert environment_of(one)[forkserver.MARK] == "@here/1"
        wait_until(lambda: not {directory_of(child.pid) for child in (first, second)} & {directory_of(one)})
        assert [os.getsid(child.pid) for child in (first, second)] == [first.pid, second.pid]
        files, others = (open_in(child.pid) for child in (first, second))
        assert files & others <= {"/dev/null"}, "nobody reads what was meant for another"
        assert not any(path.startswith("socket:") for path in files), "a run asks the server for nothing"
        places = {directory_of(child.pid) for child in (first, second)}
        assert len(places) == 2
    finally:
        assert first.kill() == second.kill() == "was ended by SIGKILL"
    assert not any(place.exists() for place in places)
    wait_until_gone(first.pid, second.pid)


def test_a_server_that_is_lost_takes_its_copies_with_it_and_another_one_takes_its_place(server: ForkServer) -> None:
    child = ChildProcess(server=server, mark="1@here/1")
    lost = parent_of(child.pid)
    os.kill(lost, signal.SIGKILL)
    wait_until_gone(child.pid)
    assert child.ended() == "was ended by SIGKILL"
    child.kill()
    with pytest.raises(ProtocolError):
        child.say(Job(1, "all", False, {}, {}, {}, {}, "run-1"))
    again = ChildProcess(server=server, mark="2@here/1")
    assert parent_of(again.pid) != lost
    again.kill()
    again.kill()


def test_an_agent_that_ends_leaves_no_server(server: ForkServer) -> None:
    child = ChildProcess(server=server, mark="1@here/1")
    parent = parent_of(child.pid)
    server.close()
    wait_until_gone(parent, child.pid)
    child.kill()


def test_what_cannot_be_started_says_so_and_leaves_nothing_open(
    server: ForkServer, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    ChildProcess(server=server, mark="0@here/1").kill()
    before = len(files_of(os.getpid()))
    monkeypatch.setattr(forkserver, "COMMAND", (str(tmp_path / "missing"),))
    broken = ForkServer(instance="here/2")
    with pytest.raises(OSError, match="fork server is gone"):
        ChildProcess(server=broken, mark="1@here/2")
    broken.close()
    assert len(files_of(os.getpid())) == before


def test_the_number_of_a_process_is_nobody_else_s_before_it_was_forgotten(server: ForkServer) -> None:
    child = ChildProcess(server=server, mark="1@here/1")
    os.kill(child.pid, signal.SIGTERM)  # before its job: nothing catches it
    assert child.ended() == "was ended by SIGTERM"
    assert Path(f"/proc/{child.pid}").exists()
    child.kill()
    wait_until_gone(child.pid)


def test_leftovers_are_found_by_mark_and_session(server: ForkServer) -> None:
    child = ChildProcess(server=server, mark="7@here/1")
    assert end_leftovers(run=7, instance="elsewhere/1", session=child.pid) == []
    assert end_leftovers(run=7, instance="here/1", session=child.pid + 1) == []
    assert end_leftovers(run=7, instance="here/1", session=None) == []
    wait_until(lambda: end_leftovers(run=7, instance="here/1", session=child.pid) == [child.pid])
    child.kill()


def test_runs_whose_server_is_killed_are_aborted_and_taken_back_and_the_next_one_goes_well(bench: Bench) -> None:
    run = bench.request(bench.experiment(put(pauses={"after": 60})))
    with bench.agent():
        bench.wait_for_fault()
        run.refresh_from_db()
        assert run.process_id is not None
        os.kill(parent_of(run.process_id), signal.SIGKILL)
        bench.wait_for_end(run)
        assert run.verdict == Verdict.ABORTED
        assert "was ended by SIGKILL" in run.verdict_reason
        assert bench.faults() == []
        again = bench.request(bench.experiment(program("look", "ls", "/")))
        bench.wait_for_end(again)
    assert again.verdict != Verdict.ABORTED, again.verdict_reason


def test_waiting_is_bounded() -> None:
    forked = Forked(None, 1)  # type: ignore[arg-type]  # it is not asked
    assert forked.wait(seconds=0.01) is None
    forked.end(3)
    assert forked.wait() == 3
