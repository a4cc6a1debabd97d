"""Take a selection away: lists, tables, bundles of files, files for other programs.

Without a selection everything is exported. Formats that are one text go to standard output unless
--to names a file: paths, paths0, csv, ndjson, canvas. The others need --to: parquet (for Embedding
Atlas; the extra `muser[parquet]`), clusters.json (for Latent Atlas), zip, copy, links, site and
poster.

`--format site --to DIR` makes a map to give away, for any web server. It holds no paths and no
places unless --without says otherwise: titles, text, tags, names (of regions), places, dates,
thumbnails, paths; `--without none` leaves nothing out. What is left out is in none of its files.

`--format poster --to FILE` draws a map as .svg, .pdf or .png, on --paper A4 to A0 or for a screen
(3840x2160); the extra `muser[poster]`.
"""

import argparse
import sys
from typing import Any

from muserd.ctl.lists import add_selection, selection
from muserd.ctl.parsing import add_json, add_timeout, given_path
from muserd.ctl.render.output import clean, count, home
from muserd.ctl.session import Session
from muserd.ground.errors import UsageError

TEXTS = ("paths", "paths0", "csv", "ndjson", "canvas")
FORMATS = (*TEXTS, "parquet", "clusters.json", "zip", "copy", "links", "site", "poster")
WITHHELD = ("paths", "titles", "text", "tags", "names", "places", "dates", "thumbnails")


def configure(parser: argparse.ArgumentParser) -> None:
    """Options."""
    parser.add_argument("--format", choices=FORMATS, required=True, help="what is written")
    parser.add_argument("--to", metavar="FILE|DIR", help="where to; outside the watched folders")
    parser.add_argument("--force", action="store_true", help="overwrite what is there")
    parser.add_argument(
        "--without",
        action="append",
        choices=(*WITHHELD, "none"),
        help="of a site: what it does not say; repeatable (paths and places)",
    )
    parser.add_argument(
        "--blur", action="store_true", help="of a site: thumbnails as spots of colour"
    )
    parser.add_argument("--paper", metavar="SIZE", help="of a poster: A4 to A0, or pixels (A3)")
    parser.add_argument("--dark", action="store_true", help="of a poster: the night's colours")
    parser.add_argument("--title", help="of a site or a poster")
    add_selection(parser, collection=True)
    add_timeout(parser, 3_600)
    add_json(parser)


def run(arguments: argparse.Namespace, session: Session) -> int:
    """Export, and say what was written."""
    how = _manner(arguments)
    fields = {"format": arguments.format, **selection(arguments)}
    if arguments.to is None:
        if arguments.format not in TEXTS:
            raise UsageError(
                f"{arguments.format} cannot be written as a single text",
                "say where to write it: --to FILE|DIR",
            )
        data = session.client.post_bytes("/export", more_s=arguments.timeout, **fields)
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()
        return 0
    result = session.client.do(
        "/export",
        wait_s=arguments.timeout,
        to=given_path(arguments.to),
        how=how,
        **fields,
    )
    if session.out.json:
        session.out.object(result)
        return 0
    for path in result["files"]:
        session.out.text(clean(home(path)))
    session.out.note(f"{count(result['items'], 'item')} exported")
    if result["command"]:
        session.out.note(f"open it with: {result['command']}")
    return 0


def _manner(arguments: argparse.Namespace) -> dict[str, Any]:
    """How it is exported: what was said of it."""
    form = arguments.format
    if form != "site" and (arguments.without or arguments.blur):
        raise UsageError("--without and --blur are for a site", "add --format site")
    if form != "poster" and (arguments.paper or arguments.dark):
        raise UsageError("--paper and --dark are for a poster", "add --format poster")
    if form not in {"site", "poster"} and arguments.title:
        raise UsageError("--title is for a site or a poster", "add --format site")
    how: dict[str, Any] = {
        "force": arguments.force,
        "blurred": arguments.blur,
        "dark": arguments.dark,
        "title": arguments.title or "",
    }
    if arguments.without:
        how["without"] = [one for one in arguments.without if one != "none"]
    if arguments.paper:
        how["paper"] = arguments.paper
    return how
