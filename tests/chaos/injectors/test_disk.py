"""A small file system of its own filled, freed, and cut off in the middle."""

from __future__ import annotations

import shutil
import subprocess
import time
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from chaos.injectors.disk.injector import INJECTOR
from chaos.injectors.disk.sizes import MEBIBYTE, Space, bytes_to_fill
from chaos.injectors.protocol import InjectorError, Reach
from tests.chaos.injectors.faults import cuts, fault, wait

SHARED_MEMORY = Path("/dev/shm")  # noqa: S108  a file system of its own on every Linux


@pytest.fixture
def place() -> Iterator[Path]:
    """A directory on a file system that is not that of /, where a few MiB do not matter."""
    if SHARED_MEMORY.stat().st_dev == Path("/").stat().st_dev:
        pytest.skip("this machine has no file system besides that of /")
    path = SHARED_MEMORY / f"test-{uuid.uuid4().hex[:12]}"
    path.mkdir()
    yield path
    shutil.rmtree(path)


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Path]:
    """A file system of 32 MiB; only root can make one."""
    path = tmp_path / "small"
    path.mkdir()
    made = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=32m", "none", str(path)], capture_output=True, check=False
    )
    if made.returncode != 0:
        pytest.skip("only root can mount a small file system")
    yield path
    subprocess.run(["umount", str(path)], check=True)


def test_a_full_file_system_refuses_a_write_until_it_is_taken_back(small: Path) -> None:
    fill = fault(INJECTOR, "fill", {"directory": str(small), "floor_mebibytes": 1}, used_percent=96)
    said = fill.inject()
    usage = shutil.disk_usage(small)
    assert 95 < 100 * usage.used / usage.total < 97
    assert said["free_bytes"] == usage.free
    with pytest.raises(OSError, match="No space left"):
        (small / "more").write_bytes(b"x" * 2 * MEBIBYTE)
    (small / "more").unlink()
    assert not fill.is_gone
    fill.undo()
    assert fill.is_gone
    assert shutil.disk_usage(small).used == 0
    (small / "more").write_bytes(b"x" * 2 * MEBIBYTE)


def test_a_fill_that_would_leave_too_little_free_is_refused_and_leaves_nothing(small: Path) -> None:
    fill = fault(INJECTOR, "fill", {"directory": str(small), "floor_mebibytes": 8}, mebibytes=30)
    with pytest.raises(InjectorError, match="only 2 MiB would stay free, and the target keeps 8 MiB"):
        fill.inject()
    assert list(small.iterdir()) == []
    assert not fill.is_watched


def test_a_fill_cut_off_anywhere_is_taken_back(place: Path) -> None:
    config = {"directory": str(place), "floor_mebibytes": 1}
    for line in cuts(fault(INJECTOR, "fill", config, mebibytes=4), number=6):
        fill = fault(INJECTOR, "fill", config, mebibytes=4)
        fill.inject_elsewhere(cut_at=line)
        fill.undo()
        fill.undo()
        assert fill.is_gone, f"cut off at line {line}"
        assert list(place.iterdir()) == []


def test_the_deadline_frees_it_although_whoever_filled_it_is_dead(place: Path) -> None:
    fill = fault(INJECTOR, "fill", {"directory": str(place), "floor_mebibytes": 1}, mebibytes=4, duration=1)
    fill.inject_elsewhere()
    assert [path.stat().st_size for path in place.iterdir()] == [4 * MEBIBYTE]
    wait(lambda: fill.is_gone)
    wait(lambda: not fill.is_watched)


def test_undoing_what_was_never_filled_is_success_and_ends_it(place: Path) -> None:
    fill = fault(INJECTOR, "fill", {"directory": str(place)}, mebibytes=1)
    fill.undo()
    assert fill.is_gone
    with pytest.raises(InjectorError, match="taken back before"):
        fill.inject()


def test_a_file_of_its_name_that_is_a_link_is_left_alone(place: Path, tmp_path: Path) -> None:
    precious = tmp_path / "precious"
    precious.write_text("kept")
    fill = fault(INJECTOR, "fill", {"directory": str(place)}, mebibytes=1)
    (place / f".reliability-fill-{fill.plan.fault_key}").symlink_to(precious)
    with pytest.raises(InjectorError, match="no file can be made"):
        fill.inject()
    fill.undo()
    assert precious.read_text() == "kept"


@pytest.mark.parametrize("path", ["/", "/etc", "/usr/share/x", "/var/lib", "/proc/self", "/dev", "tmp", "/srv/../etc"])
def test_a_system_directory_is_refused(path: str) -> None:
    assert INJECTOR.problems_of_target({"directory": path})


def test_a_link_to_a_system_directory_is_refused(place: Path) -> None:
    (place / "logs").symlink_to("/etc")
    fill = fault(INJECTOR, "fill", {"directory": str(place / "logs")}, mebibytes=1)
    with pytest.raises(InjectorError, match="directory /etc is the system's"):
        fill.inject()
    fill.undo()
    assert fill.is_gone, "a refused fill leaves nothing to take back"


def test_the_file_system_of_the_machine_is_filled_only_when_the_target_says_so(tmp_path: Path) -> None:
    if tmp_path.stat().st_dev != Path("/").stat().st_dev:
        pytest.skip("temporary files lie on a file system of their own")
    fill = fault(INJECTOR, "fill", {"directory": str(tmp_path)}, mebibytes=1)
    with pytest.raises(InjectorError, match="lies on the file system of /"):
        fill.inject()
    allowed = fault(INJECTOR, "fill", {"directory": str(tmp_path), "may_be_system": True}, mebibytes=1)
    allowed.inject()
    allowed.undo()
    assert list(tmp_path.iterdir()) == []


def test_sizes_count_from_what_is_free() -> None:
    space = Space(total=100 * MEBIBYTE, free=60 * MEBIBYTE)
    assert bytes_to_fill(space, arguments={"used_percent": 90}, floor_mebibytes=5) == 50 * MEBIBYTE
    assert bytes_to_fill(space, arguments={"mebibytes": 10}, floor_mebibytes=5) == 10 * MEBIBYTE
    assert bytes_to_fill(space, arguments={"mebibytes": 55}, floor_mebibytes=5) == 55 * MEBIBYTE
    with pytest.raises(InjectorError, match="keeps 5 MiB"):
        bytes_to_fill(space, arguments={"mebibytes": 56}, floor_mebibytes=5)
    with pytest.raises(InjectorError, match="40 % full already"):
        bytes_to_fill(space, arguments={"used_percent": 40}, floor_mebibytes=5)


@pytest.mark.parametrize("arguments", [{}, {"used_percent": 90, "mebibytes": 1}])
def test_a_fill_is_sized_by_one_way(arguments: dict[str, int]) -> None:
    reach = Reach(slug="disk", config={"directory": "/srv/data"})
    with pytest.raises(InjectorError, match="either used_percent or mebibytes"):
        INJECTOR.plan(action="fill", fault_key="k", reach=reach, arguments=arguments)


def test_a_directory_that_is_gone_is_said(tmp_path: Path) -> None:
    fill = fault(INJECTOR, "fill", {"directory": f"{tmp_path}/gone-{time.monotonic_ns()}"}, mebibytes=1)
    with pytest.raises(InjectorError, match="cannot be opened"):
        fill.inject()
    fill.undo()
    assert fill.is_gone


def test_a_target_that_was_edited_in_between_is_freed_where_it_was_filled(place: Path, tmp_path: Path) -> None:
    fill = fault(INJECTOR, "fill", {"directory": str(place)}, mebibytes=1)
    fill.inject()
    fill.reach = Reach(slug="victim", config={"directory": str(tmp_path)})
    assert not fill.is_gone
    fill.undo()
    assert list(place.iterdir()) == []
