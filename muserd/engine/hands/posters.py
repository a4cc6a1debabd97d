"""Posters of the maps: gathers what is drawn, and has it drawn by a process of its own."""

import datetime as dt
import importlib.util
import subprocess
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

import msgspec
import numpy as np
from numpy.typing import NDArray

from muserd.engine.maps.model import SpaceModel
from muserd.ground import python
from muserd.ground.clock import Clock
from muserd.ground.errors import MuserError, UsageError
from muserd.ground.records import SPACES, ItemId, Space
from muserd.poster.compose import Place, Subject
from muserd.poster.job import Form, Job
from muserd.poster.papers import paper_of
from muserd.terrain.density import frame, survey

_LIMIT_S = 300.0  # a sheet of A0 on a slow machine
_NEEDED = ("contourpy", "fontTools", "uharfbuzz")
_GREY = "#8a949b"  # of items without a region
_UNITS: Mapping[Space, str] = {"image": "pictures", "text": "notes"}


class Posters:
    """Draws posters. Thread-safe.

    Args:
        fonts: the folder of the page's fonts.
    """

    def __init__(self, models: Mapping[Space, SpaceModel], fonts: Path, clock: Clock) -> None:
        self._models = models
        self._fonts = fonts
        self._clock = clock

    def draw(
        self,
        items: Sequence[ItemId],
        form: Form,
        *,
        title: str,
        paper: str,
        dark: bool,
    ) -> tuple[bytes, int]:
        """A poster of some items, as a file, and how many are on it.

        Where they are on both maps, that with more of them is drawn.

        Raises:
            UsageError: none of them is on a map, or there is no such paper.
            MuserError: the libraries are missing, or it could not be drawn.
        """
        missing = [name for name in _NEEDED if importlib.util.find_spec(name) is None]
        if missing:
            raise MuserError(
                f"posters need the package {missing[0].lower()}", "pip install 'muser[poster]'"
            )
        paper_of(paper, lying=False)
        subject, count = self._subject(items, title)
        job = Job(subject, form, paper, dark, str(self._fonts))
        try:
            done = subprocess.run(
                python.command("muserd.poster"),
                input=msgspec.msgpack.encode(job),
                capture_output=True,
                timeout=_LIMIT_S,
                check=False,
                cwd=python.FOLDER,
                env=python.environment(),
            )
        except subprocess.TimeoutExpired as error:
            raise MuserError(
                f"the poster was not drawn within {_LIMIT_S:.0f} s", "try a smaller paper"
            ) from error
        if done.returncode != 0 or not done.stdout:
            last = done.stderr.decode("utf-8", "replace").strip().rpartition("\n")[2][:200]
            raise MuserError(
                f"the poster could not be drawn: {last or done.returncode}", "try a smaller paper"
            )
        return done.stdout, count

    def _subject(self, items: Sequence[ItemId], title: str) -> tuple[Subject, int]:
        wanted = np.array([int(item) for item in items], np.int64)
        space = max(SPACES, key=lambda one: self._on_map(one, wanted).size)
        model = self._models[space]
        with model.lock:
            slots = self._on_map(space, wanted)
            if not slots.size:
                raise UsageError(
                    "none of these items is on a map", "choose others, or wait for a fit"
                )
            points = model.columns.places[slots].copy()
            labels = model.columns.regions[slots].copy()
            regions = list(model.living())
            whole = slots.size == int(model.shown.sum())
            land = model.terrain if whole else None
            grid = land.grid.copy() if land is not None else None
        land = land or survey(points)
        assert land is not None  # noqa: S101 - there is at least one item
        inks, colours = _inks(labels, {int(one.id): one.colour for one in regions})
        counts = Counter(labels[labels >= 0].tolist())
        places = tuple(
            Place(one.name, one.level, one.x, one.y, counts[one.id], one.colour, one.example)
            for one in regions
            if counts[one.id]
        )
        unit, count = _UNITS[space], int(slots.size)
        top = sum(place.level == 0 for place in places)
        said = f"{count:,} {unit if count != 1 else unit[:-1]}"
        if top > 1:
            said += f" in {top} regions"
        today = dt.datetime.fromtimestamp(self._clock.now_ms() / 1000, tz=dt.UTC).astimezone()
        subject = Subject(
            space=space,
            title=title,
            lines=(said, f"{today.day} {today:%B %Y}"),
            points=points.tobytes(),
            inks=inks,
            colours=colours,
            grid=(grid if grid is not None else land.grid).tobytes(),
            bounds=land.bounds,
            thresholds=land.thresholds,
            frame=frame(points),
            places=places,
            unit=unit,
        )
        return subject, count

    def _on_map(self, space: Space, wanted: NDArray[np.int64]) -> NDArray[np.intp]:
        """The slots of a map that hold wanted items."""
        model = self._models[space]
        ids = model.columns.id[: len(model.shown)].astype(np.int64)
        return np.flatnonzero(model.shown & np.isin(ids, wanted))


def _inks(labels: NDArray[np.int32], colours: Mapping[int, str]) -> tuple[bytes, tuple[str, ...]]:
    """The colour of each item's finest region: uint16[n] as bytes, into a list of colours."""
    names = {_GREY: 0}
    inks = np.zeros(len(labels), np.uint16)
    for row, levels in enumerate(labels.tolist()):
        finest = next((one for one in reversed(levels) if one >= 0), -1)
        inks[row] = names.setdefault(colours.get(finest) or _GREY, len(names))
    return inks.tobytes(), tuple(names)
