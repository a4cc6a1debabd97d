"""The bodies of answers on the control socket that are not the engine's own structs."""

from collections.abc import Mapping
from typing import Literal, TypeAlias

import msgspec

from muserd.engine.answers import FailureInfo
from muserd.engine.job_results import JobResult
from muserd.engine.status import FitSummary, RootStatus
from muserd.ground.json_bodies import Body, ErrorDetail, Record


class Failures(Body, frozen=True, kw_only=True):
    """`GET /failures`."""

    failures: tuple[FailureInfo, ...]


class Fits(Body, frozen=True, kw_only=True):
    """`GET /fits`."""

    fits: tuple[FitSummary, ...]


class Roots(Body, frozen=True, kw_only=True):
    """`GET /roots`."""

    roots: tuple[RootStatus, ...]


# A string, a number or a list of strings; see docs/configuration.md.
ConfigValue: TypeAlias = bool | int | float | str | tuple[str, ...]


class ConfigInUse(Body, frozen=True, kw_only=True):
    """`GET /config`: the values that the daemon was started with.

    Attributes:
        values: by key, as in `flatten`.
        roots: the paths of the watched folders at this moment.
        path: the configuration file; state: the state directory; log: the log file.
    """

    values: Mapping[str, ConfigValue]
    roots: tuple[str, ...]
    path: str
    state: str
    log: str


class Address(Body, frozen=True, kw_only=True):
    """`GET /url`.

    Attributes:
        url: of the page; empty when it is off, and `problem` says why.
        login: opens the page in any browser; empty when no purpose was given.
        pass_id: by which `/passes/{id}` tells whether the pass in `login` was spent.
    """

    url: str
    login: str
    pass_id: str
    problem: str


class PassState(Body, frozen=True, kw_only=True):
    """`GET /passes/{id}`: whether a browser has come with this pass."""

    state: Literal["waiting", "spent", "over"]


class SessionInfo(Record, frozen=True, kw_only=True):
    """A browser that may look at the page. Times in Unix milliseconds."""

    id: str
    browser: str
    made_at_ms: int
    seen_at_ms: int
    ends_at_ms: int


class Sessions(Body, frozen=True, kw_only=True):
    """`GET /sessions`."""

    sessions: tuple[SessionInfo, ...]


class Ticket(Body, frozen=True, kw_only=True):
    """`GET /tickets/{id}`, and the answer to a POST that takes time."""

    ticket: str
    done: bool
    result: JobResult | msgspec.UnsetType = msgspec.UNSET
    error: ErrorDetail | msgspec.UnsetType = msgspec.UNSET


class Done(Body, frozen=True, kw_only=True):
    """The answer to a POST that is done at once."""

    done: bool = True
    result: Mapping[str, int] = {}
