"""A progress bar on stderr, for a terminal."""

from __future__ import annotations

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn


class Bar:
    """A bar of `total` steps (0 where nobody can say how many) that words can be written above."""

    def __init__(self, name: str, total: int) -> None:
        self._console = Console(stderr=True)
        columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
        self._progress = Progress(*columns, console=self._console)
        self._task = self._progress.add_task(name, total=total or None)
        self._progress.start()

    def update(self, done: int, words: str) -> None:
        """So far is it now."""
        self._progress.update(self._task, completed=done, description=words)

    def line(self, text: str) -> None:
        """A line above the bar."""
        self._console.print(text, markup=False, highlight=False)

    def stop(self) -> None:
        """Leaves the bar as it stands."""
        self._progress.stop()
