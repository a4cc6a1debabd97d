"""What a scan left out, counted by kind, with the reason and the remedy: nothing goes silently."""

import os
from collections.abc import Iterable
from dataclasses import dataclass

from muserd.ground.formats import format_of

_MOST_KINDS = 200  # of one root; the rest is counted as one


@dataclass(frozen=True, slots=True)
class PassedOver:
    """Files, or folders with all that is in them, of one kind.

    Attributes:
        what: a suffix (`.xyz`), a name without one (`Makefile` → `no suffix`), or a folder's name.
        reason: why they are left out.
        remedy: what to do for those who want them.
        count: how many.
        example: one of them.
    """

    what: str
    reason: str
    remedy: str
    count: int
    example: bytes


class Tally:
    """Counts what a walk passes over."""

    def __init__(self) -> None:
        self._found: dict[tuple[str, str], tuple[str, int, bytes]] = {}

    def file(self, path: bytes) -> None:
        """A regular file that is not taken; hidden ones are nobody's business."""
        name = os.path.basename(path)
        if name.startswith(b"."):
            return
        suffix = os.path.splitext(name)[1].lower().decode("utf-8", "backslashreplace")
        row = format_of(path)
        if row is None:
            self._add(
                suffix[:20] or "no suffix",
                "no format that Muser reads",
                "convert them if they hold something to see or to read",
                path,
            )
        elif not row.available:
            self._add(suffix, f"{row.label}: a package is missing", row.remedy, path)
        else:
            self._add(
                suffix,
                "left out by the configuration",
                "see `kinds` and `exclude` of the folder: muserctl config show",
                path,
            )

    def folder(self, path: bytes, reason: str, remedy: str) -> None:
        """A folder that is not looked into."""
        name = os.path.basename(path).decode("utf-8", "backslashreplace")
        self._add(f"{name}/", reason, remedy, path)

    def _add(self, what: str, reason: str, remedy: str, path: bytes) -> None:
        key = (what, reason)
        if key not in self._found and len(self._found) >= _MOST_KINDS:
            key = ("other kinds", reason)
        _, count, example = self._found.get(key, (remedy, 0, path))
        self._found[key] = remedy, count + 1, example

    def kinds(self) -> tuple[PassedOver, ...]:
        """Everything that was counted, the commonest first."""
        found: Iterable[PassedOver] = (
            PassedOver(what, reason, remedy, count, example)
            for (what, reason), (remedy, count, example) in self._found.items()
        )
        return tuple(sorted(found, key=lambda one: (-one.count, one.what)))
