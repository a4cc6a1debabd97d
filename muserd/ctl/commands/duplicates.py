"""Items that are nearly the same: the same shot, pictures that are alike, drafts of one note.

In each group the best comes first. With --json one group a line (NDJSON); --paths0 prints all but
the best, each ended by NUL, for xargs or `muserctl trash --from -`.
"""

import argparse
import sys
from typing import Any

from muserd.ctl.parsing import add_json
from muserd.ctl.render.output import clean, count, home
from muserd.ctl.session import Session
from muserd.ground.names import path_of

_KINDS = ("same-shot", "alike", "draft")


def configure(parser: argparse.ArgumentParser) -> None:
    """Options."""
    parser.add_argument("--kind", choices=_KINDS, help="only groups of this kind")
    parser.add_argument(
        "--paths0", action="store_true", help="print all but the best of each group, ended by NUL"
    )
    parser.add_argument(
        "--not-duplicates",
        nargs="+",
        type=int,
        metavar="ID",
        help="remember that these items are no duplicates of one another",
    )
    add_json(parser, "one JSON object per line")


def run(arguments: argparse.Namespace, session: Session) -> int:
    """List, or decide."""
    out = session.out
    if arguments.not_duplicates:
        result = session.client.do(
            "/duplicates/decide", wait_s=30.0, items=arguments.not_duplicates
        )
        out.object(result) if out.json else out.text(f"{count(result['pairs'], 'pair')} remembered")
        return 0
    groups = 0
    for group in session.client.lines("/duplicates", kind=arguments.kind):
        groups += 1
        if arguments.paths0:
            for item in group["items"][1:]:
                for path in item["paths"][:1]:
                    sys.stdout.buffer.write(path_of(path) + b"\0")
        elif out.json:
            out.line(group)
        else:
            _show(group, session)
    if not groups and not out.json and not arguments.paths0:
        out.note("no duplicates")
    sys.stdout.flush()
    return 0


def _show(group: dict[str, Any], session: Session) -> None:
    session.out.text(f"{group['kind']}  {group['score']:.2f}")
    for item in group["items"]:
        path = clean(home(item["paths"][0])) if item["paths"] else ""
        why = f"  (keep: {item['why']})" if item["best"] else ""
        session.out.text(f"  {item['id']:>8}  {path}{why}")
