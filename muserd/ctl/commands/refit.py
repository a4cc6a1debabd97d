"""Compute a map again, starting from the present one; or accept a held result.

A fit that moves items too far, or preserves neighbourhoods worse, is held and not shown until
`muserctl refit --accept`.
"""

import argparse
from typing import Any

from muserd.ctl import waiting
from muserd.ctl.parsing import add_json, add_space, add_timeout
from muserd.ctl.session import Session
from muserd.ground.errors import UsageError

ENGINES = ("muser", "umap-learn")  # `records.LayoutEngine`, which would load msgspec: 10 ms


def configure(parser: argparse.ArgumentParser) -> None:
    """Options."""
    add_space(parser, "only this map")
    parser.add_argument("--fresh", action="store_true", help="ignore the present map")
    parser.add_argument(
        "--engine",
        choices=ENGINES,
        help="with --fresh: what lays out the map (default: layout.engine of the configuration)",
    )
    parser.add_argument("--accept", action="store_true", help="show the fit that is held")
    parser.add_argument("--wait", action="store_true", help="return when the new map is shown")
    add_timeout(parser, 3_600)
    add_json(parser)


def run(arguments: argparse.Namespace, session: Session) -> int:
    """Refit."""
    if arguments.accept and arguments.fresh:
        raise UsageError("--accept and --fresh exclude each other", "give one of them")
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
        session.out.text("the fit was started; `muserctl status` shows the progress")
    else:
        for fit in result.get("fits") or [result]:
            session.out.text(_told(fit))
    return 0


def _told(fit: dict[str, Any]) -> str:
    space = f"the {fit['space']} map" if fit.get("space") else "the map"
    if fit.get("state") == "empty":
        return "the map has no items: no fit was made"
    quality = fit.get("trustworthiness")
    good = f", trustworthiness {quality:.3f}" if isinstance(quality, int | float) else ""
    if fit.get("state") == "held":
        why = fit.get("reason") or "it moves too much"
        return f"{space}: fit {fit.get('number')} is held ({why}); `refit --accept` shows it"
    return f"{space} shows fit {fit.get('number')}{good}"
