"""Make a new fit of a map, from the present geography; or accept one that is held.

A fit that moves the land too far, or keeps neighbours worse, is held and not shown:
`muserctl refit --accept` shows it all the same.
"""

import argparse
from typing import Any, get_args

from muserd.ctl import waiting
from muserd.ctl.parsing import add_json, add_space, add_timeout
from muserd.ctl.session import Session
from muserd.ground.errors import UsageError
from muserd.ground.records import LayoutEngine


def configure(parser: argparse.ArgumentParser) -> None:
    """Options."""
    add_space(parser, "only this map")
    parser.add_argument("--fresh", action="store_true", help="forget the present geography")
    parser.add_argument(
        "--engine",
        choices=get_args(LayoutEngine),
        help="with --fresh: what lays out the map (default: layout.engine of the configuration)",
    )
    parser.add_argument("--accept", action="store_true", help="show the fit that is held")
    parser.add_argument("--wait", action="store_true", help="return when it is on the page")
    add_timeout(parser, 3_600)
    add_json(parser)


def run(arguments: argparse.Namespace, session: Session) -> int:
    """Refit."""
    if arguments.accept and arguments.fresh:
        raise UsageError("--accept takes the held fit: it cannot be --fresh", "give one of them")
    if arguments.engine and not arguments.fresh:
        raise UsageError(
            "--engine needs --fresh: other fits keep the geography, which only Muser's own does",
            f"muserctl refit --fresh --engine {arguments.engine}",
        )
    wait_s = arguments.timeout if arguments.wait or arguments.accept else None
    fields: dict[str, Any] = {"space": getattr(arguments, "space", None)}
    if arguments.fresh:
        fields["fresh"] = True
    if arguments.engine:
        fields["engine"] = arguments.engine
    route = "/accept" if arguments.accept else "/refit"
    if wait_s is None:
        result = session.client.do(route, wait_s=None, **fields)
    else:
        result = waiting.do(session, route, wait_s, **fields)
    if session.out.json:
        session.out.object(result)
    elif wait_s is None:
        session.out.text("the fit is under way; `muserctl status` shows how far it is")
    else:
        for fit in result.get("fits") or [result]:
            session.out.text(_told(fit))
    return 0


def _told(fit: dict[str, Any]) -> str:
    space = f"the {fit['space']} map" if fit.get("space") else "the map"
    if fit.get("state") == "empty":
        return "a map without items needs no fit"
    quality = fit.get("trustworthiness")
    good = f", trustworthiness {quality:.3f}" if isinstance(quality, int | float) else ""
    if fit.get("state") == "held":
        why = fit.get("reason") or "it moves too much"
        return f"{space}: fit {fit.get('number')} is held ({why}); `refit --accept` shows it"
    return f"{space} shows fit {fit.get('number')}{good}"
