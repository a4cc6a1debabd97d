"""The JSON that scripts read: every key of it, in its place."""

import json
from typing import Any

import msgspec
import pytest

from muserd.engine.answers import FailureInfo, Item, RegionInfo
from muserd.engine.status import (
    FitSummary,
    Progress,
    QueueStatus,
    RootStatus,
    SpaceStatus,
    Status,
    StatusNews,
    StoreStatus,
    WorkerStatus,
)
from muserd.ground.json_bodies import BySpace, encode
from muserd.ground.records import (
    Drift,
    Failure,
    FitNumber,
    FitRecord,
    ItemId,
    Quality,
    Region,
    RegionId,
)

FIT = FitRecord(
    number=FitNumber(3),
    space="image",
    encoder="e",
    at_ms=1_700_000_000_000,
    items=1_100,
    method="warm",
    state="current",
    reason="growth",
    seconds=8.23456,
    quality=Quality(0.96, 0.4, 500),
    drift=Drift(0.02, 0.08, 0.9, 1_000),
    params={},
)


def status() -> Status:
    """One with a problem, a fit, and an empty map."""
    space = SpaceStatus(
        items=3, settled=2, provisional=1, offline=0, regions=1, outliers=1, encoder=None,
        fit=FitSummary.of(FIT),
    )  # fmt: skip
    progress = Progress(
        stage="idle", message="", share=None, step="", pending=0, items=3, rate_per_s=0.0
    )
    worker = WorkerStatus(stage="absent", message="", pid=None, rss_bytes=0, restarts=0)
    root = RootStatus(
        path="/p", state="watching", reason="", mode="events", files=3, directories=1, watches=1,
        last_scan_at=None, overflows=0, held=0,
    )  # fmt: skip
    return Status(
        state="degraded", problems=("the disk is full",), pid=1, version="0", uptime_s=1.0,
        rss_bytes=1, url="", revision=7, published_at=None, failures=0, pauses=("user",),
        queue=QueueStatus(pending=0, oldest_s=0.0), spaces=BySpace(space, space),
        progress=BySpace(progress, progress), workers=BySpace(worker, worker), roots=(root,),
        store=StoreStatus(map_used_bytes=1, map_size_bytes=2, disk_free_bytes=3),
    )  # fmt: skip


def keys(value: Any, prefix: str = "") -> set[str]:
    """Every key of a JSON value, as a dotted path; elements of lists count as `[]`."""
    if isinstance(value, dict):
        inner = (keys(one, f"{prefix}.{key}" if prefix else key) for key, one in value.items())
        return set().union(*inner) if value else {prefix}
    if isinstance(value, list) and value:
        return set().union(*(keys(one, f"{prefix}[]") for one in value))
    return {prefix}


def test_the_status_has_the_keys_of_schema_1() -> None:
    """None goes and none is renamed while the schema number is 1."""
    fit = (
        "space number at items method engine state reason seconds trustworthiness recall drift_p50 "
        "drift_p95 kept_regions events"
    )
    whole = (
        "schema state problems[] pid version uptime_s rss_bytes url revision published_at "
        "queue.pending queue.oldest_s pauses[] failures store.map_used_bytes "
        "store.map_size_bytes store.disk_free_bytes adopting"
    )
    wanted = set(whole.split())
    root = (
        "path state reason mode files directories watches last_scan_at overflows held passed_over"
    )
    wanted |= {f"roots[].{key}" for key in root.split()}
    for space in ("image", "text"):
        for part, names in (
            ("spaces", "items settled provisional offline incomplete regions outliers encoder"),
            ("progress", "stage message share step pending items rate_per_s"),
            ("workers", "stage message pid rss_bytes restarts"),
        ):
            wanted |= {f"{part}.{space}.{key}" for key in names.split()}
        wanted |= {f"spaces.{space}.fit.{key}" for key in fit.split()}
    body = json.loads(encode(status()))
    assert keys(body) == wanted
    assert next(iter(body)) == "schema"
    assert body["spaces"]["image"]["fit"]["seconds"] == 8.235


def test_what_was_built_does_not_change() -> None:
    """Any thread may read it: there is nothing to write to."""
    one = status()
    for record in (one, one.spaces, one.spaces["text"], one.roots[0], one.store):
        with pytest.raises(AttributeError):
            setattr(record, record.__struct_fields__[0], None)


def test_health_and_news_are_made_from_the_status() -> None:
    """Monitors and pages are told the same as the command line."""
    one = status()
    assert json.loads(encode(one.health)) == {
        "schema": 1, "ok": False, "problems": ["the disk is full"],
    }  # fmt: skip
    well = msgspec.structs.replace(one, problems=())
    assert well.health.ok
    news = json.loads(encode(StatusNews.of(one)))
    assert set(news) == {"state", "spaces", "failures"}
    assert set(news["spaces"]["image"]) == {
        "items", "pending", "encoder", "stage", "message", "progress",
    }  # fmt: skip
    assert one.headline == "3 image, 3 text items on the maps"


def test_lists_have_the_keys_of_schema_1() -> None:
    """Items, regions, failures."""
    item = Item(
        id=1, kind="note", title="t", time=-5, width=0, height=0, tags=("a",), paths=("/p",)
    )
    assert json.loads(encode(item)) == {
        "schema": 1, "id": 1, "kind": "note", "title": "t", "time": -5, "when": "",
        "time_source": "mtime", "time_doubtful": False, "x": None, "y": None,
        "rx": None, "ry": None, "region": [-1, -1, -1], "provisional": True, "offline": False,
        "incomplete": False, "width": 0, "height": 0, "tags": ["a"], "paths": ["/p"], "notice": "",
    }  # fmt: skip
    region = Region(
        RegionId(4), RegionId(-1), 0, "Sea", pinned=True, terms=("sea",), colour="#012345", count=9,
        x=1.0, y=2.0, medoid=ItemId(1), first_time_ms=0, last_time_ms=0,
    )  # fmt: skip
    assert json.loads(encode(RegionInfo.of("image", region, 7))) == {
        "schema": 1, "id": 4, "space": "image", "parent": -1, "level": 0, "name": "Sea",
        "pinned": True, "terms": ["sea"], "count": 7, "colour": "#012345", "x": 1.0, "y": 2.0,
    }  # fmt: skip
    failure = Failure(b"/bad\xff", "image", "empty", "no bytes", "", 5, 2, None, None, "d")
    assert json.loads(encode(FailureInfo.of(failure))) == {
        "path": "file:///bad%FF", "kind": "image", "cause": "empty", "message": "no bytes",
        "hint": "",
        "at": 5, "attempts": 2, "next_try_at": None,
    }  # fmt: skip
