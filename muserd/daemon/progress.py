"""Progress in the terminal while `muserd run` works: bars, or plain lines when it is piped."""

import asyncio
import sys

from muserd.engine.engine import Engine
from muserd.engine.status import Progress
from muserd.ground.events import Event
from muserd.ground.records import KIND_OF, SPACES

_BARS_EVERY_S = 0.25
_LINES_EVERY_S = 5.0
_NOUNS = {"image": "pictures", "note": "notes"}


async def show_progress(engine: Engine, stop: asyncio.Event) -> None:
    """Show what the daemon does until `stop`; sleep while it does nothing."""
    shown = _Bars(engine) if sys.stderr.isatty() else _Lines(engine)
    news, loop = asyncio.Event(), asyncio.get_running_loop()

    def tell(_event: Event) -> None:
        loop.call_soon_threadsafe(news.set)

    unsubscribe = engine.subscribe(tell)
    try:
        while not stop.is_set():
            news.clear()
            shown.look()
            await asyncio.sleep(shown.every_s)
            await news.wait()
    finally:
        unsubscribe()
        shown.close()


def say(progress: Progress, noun: str, done: int) -> str:
    """One line about one space, of which `done` files are items already."""
    if progress.stage == "encoding":
        whole = done + progress.pending
        return f"{noun}: {done} of {whole} read, {progress.rate_per_s:.1f} a second"
    if progress.stage == "fitting":
        return f"{noun}: computing the map ({progress.step}, {progress.share or 0.0:.0%})"
    if progress.stage == "idle":
        return f"{noun}: {progress.items} on the map"
    if progress.stage == "failed":
        return f"{noun}: the encoder failed: {progress.message}"
    return f"{noun}: {progress.stage} the encoder {progress.message}".rstrip()


class _Lines:
    """A line per space when its progress changed, at most every few seconds."""

    every_s = _LINES_EVERY_S

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._last: dict[str, str] = {}

    def look(self) -> None:
        status = self._engine.status()
        for space in SPACES:
            noun = _NOUNS[KIND_OF[space]]
            line = say(status.progress[space], noun, status.spaces[space].items)
            if line != self._last.get(space):
                self._last[space] = line
                sys.stderr.write(f"{line}\n")
        sys.stderr.flush()

    def close(self) -> None:
        """Nothing is open."""


class _Bars:
    """A bar per space and stage, redrawn in place; gone when nothing is to be done."""

    every_s = _BARS_EVERY_S

    def __init__(self, engine: Engine) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, Progress, TextColumn

        self._engine = engine
        self._bars = Progress(
            TextColumn("{task.fields[noun]:<9}"),
            BarColumn(bar_width=32),
            TextColumn("{task.description}"),
            console=Console(stderr=True),
            transient=True,
        )
        self._tasks = {
            space: self._bars.add_task("", noun=_NOUNS[KIND_OF[space]], total=1.0, visible=False)
            for space in SPACES
        }
        self._bars.start()
        self._idle: dict[str, int] = {}

    def look(self) -> None:
        status = self._engine.status()
        for space in SPACES:
            one, done = status.progress[space], status.spaces[space].items
            share = one.share if one.stage == "fitting" else done / max(done + one.pending, 1)
            noun = _NOUNS[KIND_OF[space]]
            text = say(one, noun, done).split(": ", 1)[1]
            idle = one.stage == "idle"
            self._bars.update(
                self._tasks[space], completed=share or 0.0, description=text, visible=not idle
            )
            if idle and self._idle.get(space) != one.items and status.state == "idle":
                self._idle[space] = one.items
                self._bars.console.print(f"{noun}: {text}", highlight=False)

    def close(self) -> None:
        """Leave the terminal as it was."""
        self._bars.stop()
