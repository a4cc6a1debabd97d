"""`muserctl mcp` as a program meets it that talks to a language model: the SDK's own client."""

import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import anyio
import pytest
from mcp import ClientSession, StdioServerParameters
from mcp.client.stdio import stdio_client

from tests.e2e import samples
from tests.e2e.daemon import Daemon, running

COUNT = 20


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Daemon]:
    base = tmp_path_factory.mktemp("mcp")
    samples.notes(base / "notes", COUNT)
    with running(base) as daemon:
        daemon.sync()
        yield daemon


def asked(world: Daemon, log: Path, *calls: tuple[str, dict[str, Any]]) -> list[Any]:
    """The results of tools, called one after another in one session; stderr goes to `log`."""
    server = StdioServerParameters(
        command=sys.executable, args=["-m", "muserd.ctl", "mcp"], env=world.environment
    )

    async def ask() -> list[Any]:
        with log.open("w") as errors:
            async with (
                stdio_client(server, errlog=errors) as (reads, writes),
                ClientSession(reads, writes) as session,
            ):
                await session.initialize()
                return [await session.call_tool(name, given) for name, given in calls]

    with ThreadPoolExecutor(1) as thread:  # in this one Playwright's loop may be running
        return thread.submit(anyio.run, ask).result()


def test_a_client_finds_looks_and_reads(world: Daemon, tmp_path: Path) -> None:
    found, regions, new = asked(
        world,
        tmp_path / "log",
        ("find", {"query": "astronomy", "limit": 3}),
        ("regions", {"space": "text"}),
        ("new_since", {"day": "2020-01-01", "limit": 50}),
    )
    hits = found.structured_content["hits"]
    assert {"Astronomy diary"} == {" ".join(hit["title"].split()[:2]) for hit in hits}
    assert regions.content
    assert len(new.structured_content["hits"]) == COUNT
    text, like, item = asked(
        world,
        tmp_path / "log",
        ("note_text", {"item_id": hits[0]["id"]}),
        ("similar", {"item_ids": [hits[0]["id"]], "limit": 4}),
        ("item", {"item_id": hits[0]["id"]}),
    )
    assert "<<<note text, quoted data>>>" in text.structured_content["text"]
    assert len(like.structured_content["hits"]) == 4
    assert item.structured_content["title"] == hits[0]["title"]


def test_what_cannot_be_is_explained(world: Daemon, tmp_path: Path) -> None:
    """The cause reaches the model, and no traceback the terminal of whoever started it."""
    log = tmp_path / "log"
    nobody, strange, quotes = asked(
        world,
        log,
        ("item", {"item_id": 99_999}),
        ("find", {"query": "astronomy", "space": "music"}),
        ("find", {"query": '"' * 50}),
    )
    assert nobody.is_error
    assert "no item 99999" in nobody.content[0].text
    assert strange.is_error
    assert "music" in strange.content[0].text
    assert not quotes.is_error
    assert "Traceback" not in log.read_text()
