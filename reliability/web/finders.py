"""The staticfiles finder of plotly.js: the copy inside the installed plotly package, so nothing is vendored."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from importlib.resources import files
from pathlib import Path
from typing import Any

from django.contrib.staticfiles.finders import BaseFinder
from django.contrib.staticfiles.utils import matches_patterns
from django.core.checks import CheckMessage
from django.core.files.storage import FileSystemStorage

PREFIX, NAME = "plotly", "plotly.min.js"


class PlotlyFinder(BaseFinder):
    """Finds `plotly/plotly.min.js` and nothing else of the package."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self.directory = Path(str(files("plotly"))) / "package_data"
        self.storage = FileSystemStorage(location=self.directory)
        self.storage.prefix = PREFIX  # type: ignore[attr-defined]  # collectstatic reads it
        super().__init__(*args, **kwargs)

    def check(self, **kwargs: Any) -> list[CheckMessage]:
        return []

    def find(self, path: str, find_all: bool = False, **kwargs: Any) -> Any:
        if path != f"{PREFIX}/{NAME}" or not (self.directory / NAME).is_file():
            return []
        found = str(self.directory / NAME)
        return [found] if find_all else found

    def list(self, ignore_patterns: Iterable[str] | None) -> Iterator[tuple[str, FileSystemStorage]]:
        is_wanted = not matches_patterns(NAME, ignore_patterns or ())
        if is_wanted and (self.directory / NAME).is_file():
            yield NAME, self.storage
