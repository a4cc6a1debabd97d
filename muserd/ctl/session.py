"""What a command gets: the places, the printer, the client."""

from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from muserd.ctl.render.output import Output
from muserd.ground.paths import Places, places

if TYPE_CHECKING:
    from muserd.ctl.client import Client

CALL_S = 5.0  # the longest that a command waits for the daemon to answer at all


class Session:
    """One run of muserctl."""

    def __init__(self, out: Output, timeout_s: float | None = None) -> None:
        self.out = out
        self.timeout_s = timeout_s

    @cached_property
    def places(self) -> Places:
        """The folders of this instance."""
        return places()

    @property
    def own_folders(self) -> tuple[Path, ...]:
        """What is never watched: Muser's own folders."""
        return (self.places.state, self.places.cache, self.places.runtime)

    @cached_property
    def client(self) -> "Client":
        """The daemon, by its control socket."""
        from muserd.ctl.client import Client  # not every command needs it

        return Client(self.places, min(CALL_S, self.timeout_s or CALL_S))
