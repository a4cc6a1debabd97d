"""List the fits of the maps, or roll back to an earlier one."""

import argparse
from typing import Any

from muserd.ctl.parsing import add_json, add_space, add_timeout, subcommands, whole
from muserd.ctl.render.output import ago, count, duration
from muserd.ctl.session import Session
from muserd.ground.errors import UsageError


def configure(parser: argparse.ArgumentParser) -> None:
    """Options."""
    actions = subcommands(parser, default="list")
    listing = actions.add_parser("list", help="the stored fits, oldest first")
    for one in (parser, listing):
        add_space(one, "only this map")
        add_json(one)
    rollback = actions.add_parser("rollback", help="show an earlier fit again")
    rollback.add_argument("number", type=whole(1), metavar="NUMBER", help="as `fits list` shows it")
    add_space(rollback, "the map, where both have a fit of this number")
    add_timeout(rollback, 120)
    add_json(rollback)


def run(arguments: argparse.Namespace, session: Session) -> int:
    """List or roll back."""
    space = getattr(arguments, "space", None)
    fits: list[dict[str, Any]] = session.client.get("/fits", space=space)["fits"]
    if arguments.action == "rollback":
        return _rollback(arguments, session, fits)
    if session.out.json:
        session.out.object({"fits": fits})
        return 0
    rows = [
        (
            fit["space"],
            str(fit["number"]),
            fit["state"],
            ago(fit.get("at")),
            count(fit.get("items")),
            fit.get("method", ""),
            fit.get("engine", ""),
            duration(fit.get("seconds")),
            _number(fit.get("trustworthiness")),
            _number(fit.get("recall")),
            f"{_number(fit.get('drift_p50'))} / {_number(fit.get('drift_p95'))}",
            _share(fit.get("kept_regions")),
            fit.get("reason", ""),
        )
        for fit in fits
    ]
    head = (
        *("map", "fit", "state", "made", "items", "method", "engine", "took"),
        *("trust", "recall", "drift 50/95", "kept", "reason"),
    )
    if rows:
        session.out.table(head, rows, right="fit items trust recall kept")
    else:
        session.out.note("no fits yet: the first is made when a map has 15 items")
    return 0


def _rollback(arguments: argparse.Namespace, session: Session, fits: list[dict[str, Any]]) -> int:
    having = sorted({fit["space"] for fit in fits if fit["number"] == arguments.number})
    if not having:
        raise UsageError(f"no fit has the number {arguments.number}", "see `muserctl fits list`")
    if len(having) > 1:
        raise UsageError(
            f"both maps have a fit {arguments.number}", "add --space image or --space text"
        )
    result = session.client.do(
        "/rollback", wait_s=arguments.timeout, space=having[0], number=arguments.number
    )
    if session.out.json:
        session.out.object(result)
    else:
        session.out.text(f"the {having[0]} map shows fit {arguments.number} again")
    return 0


def _number(value: object) -> str:
    return f"{value:.3f}" if isinstance(value, int | float) else "–"


def _share(value: object) -> str:
    return f"{value:.0%}" if isinstance(value, int | float) else "–"
