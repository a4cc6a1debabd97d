"""List the regions of the maps, or rename one; your name survives refits."""

import argparse
from typing import Any

from muserd.ctl.parsing import add_json, add_space, add_timeout, subcommands, whole
from muserd.ctl.render.output import count
from muserd.ctl.session import Session
from muserd.ground.errors import UsageError


def configure(parser: argparse.ArgumentParser) -> None:
    """Options."""
    actions = subcommands(parser, default="list")
    for one in (parser, actions.add_parser("list", help="all regions, as a tree")):
        add_space(one, "only this map")
        add_json(one, "one JSON object per line")
    rename = actions.add_parser("rename", help="set the name of a region, or clear it")
    rename.add_argument("id", type=whole(0), metavar="ID", help="as `muserctl regions` shows it")
    rename.add_argument("name", nargs="?", metavar="NAME", help="the new name")
    rename.add_argument(
        "--clear", action="store_true", help="remove your name: Muser names the region again"
    )
    add_space(rename, "the map, where both have a region of this id")
    add_json(rename)
    add_timeout(rename, 30)


def run(arguments: argparse.Namespace, session: Session) -> int:
    """List or rename."""
    space = getattr(arguments, "space", None)
    if arguments.action == "rename":
        return _rename(arguments, session, space)
    regions = session.client.lines("/regions", space=space)
    if session.out.json:
        for region in regions:
            session.out.line(region)
    else:
        _print(list(regions), session)
    return 0


def _print(regions: list[dict[str, Any]], session: Session) -> None:
    if not regions:
        session.out.note("no regions yet: they are made with the first fit")
        return
    rows = [
        (
            region.get("space", ""),
            str(region["id"]),
            count(region.get("count")),
            "  " * int(region.get("level", 0)) + str(region.get("name", "")),
        )
        for region in _as_tree(regions)
    ]
    session.out.table(("map", "id", "items", "name"), rows, right="id items")


def _as_tree(regions: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Parents before their children, the largest first."""
    children: dict[tuple[Any, Any], list[dict[str, Any]]] = {}
    known = {(region.get("space"), region["id"]) for region in regions}
    for region in regions:
        parent = (region.get("space"), region.get("parent", -1))
        key = parent if parent in known else (region.get("space"), -1)
        children.setdefault(key, []).append(region)
    ordered: list[dict[str, Any]] = []

    def visit(key: tuple[Any, Any]) -> None:
        for region in sorted(children.pop(key, ()), key=lambda one: -one.get("count", 0)):
            ordered.append(region)
            visit((region.get("space"), region["id"]))

    for space in dict.fromkeys(region.get("space") for region in regions):
        visit((space, -1))
    return ordered


def _rename(arguments: argparse.Namespace, session: Session, space: str | None) -> int:
    if (arguments.name is None) != arguments.clear:
        raise UsageError("give either NAME or --clear", "--clear removes a name")
    if space is None:
        having = {
            r.get("space") for r in session.client.lines("/regions") if r["id"] == arguments.id
        }
        if not having:
            raise UsageError(f"no region has the id {arguments.id}", "see `muserctl regions`")
        if len(having) > 1:
            raise UsageError(
                f"both maps have a region {arguments.id}", "add --space image or --space text"
            )
        space = having.pop()
    result = session.client.do(
        "/regions/rename",
        wait_s=arguments.timeout,
        space=space,
        region=arguments.id,
        name=arguments.name,
    )
    if session.out.json:
        session.out.object({"space": space, "region": arguments.id, **result})
    else:
        name = arguments.name or "named by Muser again"
        session.out.text(f"region {arguments.id} of the {space} map: {name}")
    return 0
