"""Which thumbnails lie on which page, and which are still loose."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from muserd.ground.records import NO_ITEM, THUMB_LEVELS_PX, Space
from muserd.publish.manifest import ThumbIndex, ThumbLevel

PAGE_PX = {64: 2048, 128: 1024, 256: 1024}
STEP = 64  # slots are packed in such steps: whole pages at 128 and 256 px
MOST_STALE = 256  # cells of pages that show a former item of their slot, before pages are remade
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
        owners: uint32 [packed], the item whose picture is in each cell, NO_ITEM for none.
        edition: grows with each change of the pages.
        unsettled: owners by slot that came with pages which no manifest names yet.
        loose: addresses by slot, of items that are not on the pages.
    """

    packed: int = 0
    pages: dict[int, list[str]] = field(
        default_factory=lambda: {level: [] for level in THUMB_LEVELS_PX}
    )
    owners: NDArray[np.uint32] = field(
        default_factory=lambda: np.zeros(0, np.uint32), compare=False
    )
    edition: int = field(default=0, compare=False)
    unsettled: dict[int, int] = field(default_factory=dict)
    loose: dict[int, str] = field(default_factory=dict)

    @classmethod
    def of_site(
        cls,
        index: ThumbIndex | None,
        loose: Mapping[str, str],
        owners: Mapping[int, int],
    ) -> "ThumbPages":
        """What a site says: the body of its index file, if it has one, and its loose files.

        Args:
            index: None when nothing is on pages.
            loose: addresses by slot.
            owners: whose pictures are on the pages, by slot.
        """
        thumbs = cls(loose={int(slot): name for slot, name in loose.items()})
        if index is not None:
            levels = {level.px: level for level in index.levels}
            thumbs.packed = min(level.packed for level in index.levels)
            thumbs.pages = {px: list(levels[px].pages) for px in THUMB_LEVELS_PX}
            thumbs._own(owners)
        return thumbs

    def shows(self, slot: int, item: int) -> bool:
        """Whether an item's picture is on the pages."""
        return slot < self.packed and bool(self.owners[slot] == item)

    def index(self, space: Space) -> ThumbIndex:
        """The body of the index file: docs/formats.md."""
        levels = (
            ThumbLevel(px=px, page_px=PAGE_PX[px], packed=self.packed, pages=tuple(self.pages[px]))
            for px in THUMB_LEVELS_PX
        )
        return ThumbIndex(space=space, levels=tuple(levels))

    def loose_names(self) -> dict[str, str]:
        """The loose files for the manifest."""
        return {str(slot): name for slot, name in sorted(self.loose.items())}

    def wanted(self, slots: int) -> tuple[int, list[Page]]:
        """What to make so that all but the newest few slots are on pages, each with its item.

        Returns:
            The new `packed`, and the pages that change; none when nothing is due.
        """
        target = max(slots - slots % STEP, self.packed)
        stale = self._stale()
        if len(stale) < MOST_STALE:
            stale = []
        pages = []
        for level in THUMB_LEVELS_PX:
            cells = (PAGE_PX[level] // level) ** 2
            new = range(self.packed // cells, -(-target // cells)) if target > self.packed else ()
            for number in sorted({*new, *(slot // cells for slot in stale)}):
                first = number * cells
                pages.append(Page(level, number, first, min(cells, target - first)))
        return target, pages

    def adopt(
        self, packed: int, made: Mapping[tuple[int, int], str], owners: Mapping[int, int]
    ) -> None:
        """Take in pages that were made, by level and number, and whose pictures are on them."""
        for (level, number), name in sorted(made.items()):
            self.pages[level] = [
                *self.pages[level][:number],
                name,
                *self.pages[level][number + 1 :],
            ]
        self.packed = packed
        self.edition += 1
        self._own(owners)
        self.unsettled.update(owners)

    def _own(self, owners: Mapping[int, int]) -> None:
        """Some cells show others now; new ones nobody, if nothing is said of them."""
        more = np.full(self.packed - len(self.owners), NO_ITEM, np.uint32)
        self.owners = np.concatenate([self.owners, more])
        for slot, item in owners.items():
            if slot < self.packed:
                self.owners[slot] = item

    def _stale(self) -> list[int]:
        """Slots whose cells show another item, or nobody, where one is to be seen."""
        return [slot for slot in self.loose if slot < self.packed]
