"""List every item with its coordinates. With --json, one JSON object per line (NDJSON)."""

import argparse

from muserd.ctl.parsing import add_json, add_space
from muserd.ctl.render.output import clean, home
from muserd.ctl.session import Session


def configure(parser: argparse.ArgumentParser) -> None:
    """Options."""
    add_space(parser, "only this map")
    add_json(parser, "one JSON object per line")


def run(arguments: argparse.Namespace, session: Session) -> int:
    """Print, as the items come."""
    out = session.out
    for item in session.client.lines("/items", space=getattr(arguments, "space", None)):
        if out.json:
            out.line(item)
            continue
        place = f"{'not placed yet':>20}"
        if item.get("x") is not None:
            mark = "~" if item.get("provisional") else " "
            place = f"{item['x']:9.3f} {item['y']:9.3f}{mark}"
        paths = item.get("paths") or [""]
        note = "  (lacks its end)" if item.get("incomplete") else ""
        out.text(f"{item['id']:>8}  {item['kind']:<5}  {place}  {clean(home(paths[0]))}{note}")
        if notice := item.get("notice"):
            out.text(f"{'':>39}  {clean(notice)}")
    return 0
