"""Which thumbnails lie on which page, and which are still loose."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from muserd.ground.records import THUMB_LEVELS_PX

PAGE_PX = {64: 2048, 128: 1024, 256: 1024}
STEP = 64  # slots are packed in such steps: whole pages at 128 and 256 px
LOOSE_PX = 256


@dataclass(frozen=True, slots=True)
class Page:
    """One page to be made: square cells for the slots first … first + count − 1."""

    level: int
    number: int
    first: int
    count: int

    @property
    def side(self) -> int:
        """Cells along each side."""
        return PAGE_PX[self.level] // self.level


@dataclass(slots=True)
class ThumbPages:
    """The thumbnails of one space as the manifest names them.

    Attributes:
        packed: slots below this are on the pages of every level.
        pages: addresses by level.
        loose: addresses by slot, of slots from `packed` on.
    """

    packed: int = 0
    pages: dict[int, list[str]] = field(
        default_factory=lambda: {level: [] for level in THUMB_LEVELS_PX}
    )
    loose: dict[int, str] = field(default_factory=dict)

    @classmethod
    def of_site(cls, index: Mapping[str, Any] | None, loose: Mapping[str, str]) -> "ThumbPages":
        """What a site says: the body of its index file, if it has one, and its loose files."""
        thumbs = cls(loose={int(slot): name for slot, name in loose.items()})
        if index is not None:
            levels = {level["px"]: level for level in index["levels"]}
            thumbs.packed = min(level["packed"] for level in levels.values())
            thumbs.pages = {px: list(levels[px]["pages"]) for px in THUMB_LEVELS_PX}
        return thumbs

    def index(self) -> dict[str, Any]:
        """The body of the index file: docs/formats.md."""
        return {
            "levels": [
                {
                    "px": px,
                    "page_px": PAGE_PX[px],
                    "packed": self.packed,
                    "pages": list(self.pages[px]),
                }
                for px in THUMB_LEVELS_PX
            ]
        }

    def loose_names(self) -> dict[str, str]:
        """The loose files for the manifest."""
        return {str(slot): name for slot, name in sorted(self.loose.items())}

    def wanted(self, slots: int) -> tuple[int, list[Page]]:
        """What to make so that all but the newest few slots are on pages.

        Returns:
            The new `packed`, and the pages that change; none when nothing is due.
        """
        target = slots - slots % STEP
        if target <= self.packed:
            return self.packed, []
        pages = []
        for level in THUMB_LEVELS_PX:
            cells = (PAGE_PX[level] // level) ** 2
            for number in range(self.packed // cells, -(-target // cells)):
                first = number * cells
                pages.append(Page(level, number, first, min(cells, target - first)))
        return target, pages

    def adopt(self, packed: int, made: Mapping[tuple[int, int], str]) -> None:
        """Take in pages that were made, by level and number."""
        for (level, number), name in sorted(made.items()):
            self.pages[level] = [
                *self.pages[level][:number],
                name,
                *self.pages[level][number + 1 :],
            ]
        self.packed = packed
        self.loose = {slot: name for slot, name in self.loose.items() if slot >= packed}
