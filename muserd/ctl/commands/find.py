"""Find items by words, by meaning, by filters and by example, in both maps.

The query language is the page's: words, "a phrase", -without, and filters such as year:2021,
tag:travel, folder:Alps, type:png, colour:red. Exit status 0 with hits, 1 without.
With --json one JSON object per line (NDJSON), best first.
"""

import argparse
import sys
from typing import Any

from muserd.ctl.parsing import add_json, add_timeout, given_path, whole
from muserd.ctl.render.output import clean, home
from muserd.ctl.session import Session
from muserd.ground.errors import UsageError
from muserd.ground.names import path_of

_SPACES = ("image", "text", "all")


def configure(parser: argparse.ArgumentParser) -> None:
    """Options."""
    parser.add_argument(
        "query", nargs="*", help="words and filters; quote it if it contains spaces"
    )
    parser.add_argument("--space", choices=_SPACES, default="all", help="only this map")
    parser.add_argument(
        "--limit", type=whole(1), default=20, help="at most this many hits (default 20)"
    )
    parser.add_argument(
        "--like", action="append", default=[], metavar="PATH", help="like this file; repeatable"
    )
    parser.add_argument(
        "--unlike", action="append", default=[], metavar="PATH", help="not like it; repeatable"
    )
    parser.add_argument(
        "--words", action="store_true", help="match words only, without the encoder"
    )
    parser.add_argument(
        "--all", action="store_true", help="show the nearest items even if no hit is certain"
    )
    output = parser.add_mutually_exclusive_group()
    output.add_argument("--paths", action="store_true", help="print the files, one per line")
    output.add_argument("--paths0", action="store_true", help="the same, each ended by NUL")
    add_timeout(parser, 60)
    add_json(parser, "one JSON object per line")


def run(arguments: argparse.Namespace, session: Session) -> int:
    """Ask, and print what was found."""
    query = " ".join(arguments.query).strip()
    if not query and not arguments.like:
        raise UsageError("nothing to look for", "for example: muserctl find red fruit year:2021")
    answer = session.client.post_slow(
        "/find",
        more_s=arguments.timeout,
        q=query,
        space=None if arguments.space == "all" else arguments.space,
        limit=arguments.limit,
        meaning=not arguments.words,
        like=[given_path(path) for path in arguments.like] or None,
        unlike=[given_path(path) for path in arguments.unlike] or None,
    )
    for problem in answer["problems"]:
        session.out.note(problem)
    meaning = answer["doors"].get("meaning", {})
    if meaning.get("state") == "failed":
        session.out.note(f"only words were searched: {meaning['message']}")
    hits = _chosen(answer["hits"], arguments)
    _show(hits, arguments, session)
    return 0 if hits else 1


def _chosen(hits: list[dict[str, Any]], arguments: argparse.Namespace) -> list[dict[str, Any]]:
    """Nothing, where nothing is beyond doubt; else the best, doubtful ones after the others."""
    if not arguments.all and not any(hit["certain"] for hit in hits):
        return []
    return hits[: arguments.limit]


def _show(hits: list[dict[str, Any]], arguments: argparse.Namespace, session: Session) -> None:
    out = session.out
    if arguments.paths or arguments.paths0:
        end = b"\0" if arguments.paths0 else b"\n"
        for hit in hits:
            for path in hit["paths"][:1]:
                sys.stdout.buffer.write(path_of(path) + end)
        sys.stdout.buffer.flush()
        return
    for rank, hit in enumerate(hits, 1):
        if out.json:
            out.line(_line(rank, hit))
            continue
        mark = " " if hit["certain"] else "?"
        why = ", ".join(hit["why"])
        path = clean(home(hit["paths"][0])) if hit["paths"] else ""
        out.text(f"{mark}{rank:>3}  {clean(hit['title'])}  ({hit['kind']}: {why})")
        out.text(f"      {path}")
        if hit["snippet"]:
            out.text(f"      {clean(hit['snippet']['text'])}")
    if not hits and not out.json:
        out.note("nothing here; --all shows what is nearest")


def _line(rank: int, hit: dict[str, Any]) -> dict[str, Any]:
    return {
        "rank": rank,
        "id": hit["id"],
        "kind": hit["kind"],
        "title": hit["title"],
        "score": hit["score"],
        "certain": hit["certain"],
        "why": hit["why"],
        "snippet": hit["snippet"]["text"] if hit["snippet"] else None,
        "paths": hit["paths"],
        "x": hit["x"],
        "y": hit["y"],
        "region": hit["region"],
    }
