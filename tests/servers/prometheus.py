"""A real Prometheus on a free port, over blocks of known samples. Plain functions: benchmarks use them, too."""

from __future__ import annotations

import shutil
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

START_SECONDS = 30.0


class ServerMissingError(RuntimeError):
    """A program the tests need is not installed; the message says how to get it."""


@dataclass(frozen=True)
class PrometheusServer:
    """A running server. `url` is what a source is given."""

    url: str
    directory: Path
    pid: int


@dataclass(frozen=True)
class KnownSeries:
    """Samples of one series: (epoch seconds, value), ascending."""

    name: str
    labels: Mapping[str, str]
    samples: Sequence[tuple[float, float]]
    kind: str = "counter"


def program(name: str) -> str:
    path = shutil.which(name)
    if path is None:
        raise ServerMissingError(f"{name} is not installed: apt-get install prometheus (it brings promtool)")
    return path


def write_openmetrics(*, series: Iterable[KnownSeries], path: Path) -> None:
    """An OpenMetrics file for promtool. Counter families lose `_total`, as the format demands."""
    families: dict[str, list[KnownSeries]] = {}
    for one in series:
        families.setdefault(_family(one), []).append(one)
    with path.open("w") as file:
        for family, members in families.items():
            file.write(f"# TYPE {family} {members[0].kind}\n")
            for member in members:
                labels = ",".join(f'{name}="{value}"' for name, value in sorted(member.labels.items()))
                stem = f"{member.name}{{{labels}}}" if labels else member.name
                file.writelines(f"{stem} {_number(value)} {at:.3f}\n" for at, value in member.samples)
        file.write("# EOF\n")


def _family(series: KnownSeries) -> str:
    if series.kind == "counter":
        return series.name.removesuffix("_total")
    if series.kind == "histogram":
        for suffix in ("_bucket", "_count", "_sum"):
            if series.name.endswith(suffix):
                return series.name.removesuffix(suffix)
    return series.name


def _number(value: float) -> str:
    if value != value:
        return "NaN"
    if value in (float("inf"), float("-inf")):
        return "+Inf" if value > 0 else "-Inf"
    return f"{value:.17g}"


def write_blocks(*, series: Iterable[KnownSeries], directory: Path) -> None:
    """Make TSDB blocks in *directory*, as a Prometheus that scraped all of it would have."""
    directory.mkdir(parents=True, exist_ok=True)
    text = directory.parent / f"{directory.name}.openmetrics"
    write_openmetrics(series=series, path=text)
    made = subprocess.run(
        # promtool reads the whole file once for each block: a month in blocks of two hours takes minutes.
        [
            program("promtool"),
            "tsdb",
            "create-blocks-from",
            "--max-block-duration=744h",
            "openmetrics",
            "--quiet",
            str(text),
            str(directory),
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    if made.returncode:
        raise RuntimeError(f"promtool could not make blocks: {made.stderr or made.stdout}")
    text.unlink()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def prometheus(
    *, directory: Path, port: int | None = None, arguments: Sequence[str] = (), config: str = ""
) -> Iterator[PrometheusServer]:
    """Run a server over the blocks in *directory* until the with-block ends; it is stopped by its pid.

    *config* is YAML of scrape jobs and the like; without it nothing is scraped.
    """
    executable = program("prometheus")
    directory.mkdir(parents=True, exist_ok=True)
    port = port or free_port()
    config_path = directory.parent / f"{directory.name}.yml"
    config_path.write_text(config or "global: {}\n")
    log_path = directory.parent / f"{directory.name}.log"
    with log_path.open("wb") as log:
        process = subprocess.Popen(
            [
                executable,
                f"--config.file={config_path}",
                f"--storage.tsdb.path={directory}",
                "--storage.tsdb.retention.time=10y",
                f"--web.listen-address=127.0.0.1:{port}",
                "--log.level=warn",
                *arguments,
            ],
            stdout=log,
            stderr=subprocess.STDOUT,
        )
    try:
        url = f"http://127.0.0.1:{port}"
        _await_ready(url, process, log_path)
        yield PrometheusServer(url=url, directory=directory, pid=process.pid)
    finally:
        process.terminate()
        try:
            process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _await_ready(url: str, process: subprocess.Popen[bytes], log_path: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise RuntimeError(f"prometheus ended at once: {log_path.read_text()[-2000:]}")
        try:
            with urllib.request.urlopen(f"{url}/-/ready", timeout=1) as answer:  # noqa: S310  its own loopback address
                if answer.status == 200:
                    return
        except (urllib.error.URLError, OSError):
            time.sleep(0.05)
    raise RuntimeError(f"prometheus was not ready after {START_SECONDS:g} s: {log_path.read_text()[-2000:]}")
