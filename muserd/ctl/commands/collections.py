"""Collections: named sets of items; a living collection grows by itself.

A collection is filled from a list of files, a region of a map, or a search. With --living, new
items that match the search are added automatically. A mirror keeps a collection as a folder of
links that other programs can open. `muserctl collections` alone lists them.
"""

import argparse
from typing import Any

from muserd.ctl.lists import add_selection, selection
from muserd.ctl.parsing import add_json, add_timeout, given_path, subcommands
from muserd.ctl.render.output import ago, clean, count, home
from muserd.ctl.session import Session
from muserd.ground.errors import UsageError


def configure(parser: argparse.ArgumentParser) -> None:
    """Options."""
    actions = subcommands(parser, default="list")
    add_json(parser)
    add_json(actions.add_parser("list", help="every collection"))

    show = actions.add_parser("show", help="the items of a collection")
    show.add_argument("name", metavar="NAME")
    show.add_argument("--seen", action="store_true", help="mark its new items as seen")
    add_json(show, "one JSON object per line")

    add = actions.add_parser("add", help="add items to a collection; it is created if necessary")
    add.add_argument("name", metavar="NAME")
    add_selection(add)
    add.add_argument(
        "--living", action="store_true", help="with --find: add new matches automatically"
    )

    take = actions.add_parser("take", help="remove items from a collection")
    take.add_argument("name", metavar="NAME")
    add_selection(take)

    remove = actions.add_parser("remove", help="delete a collection; the files are kept")
    remove.add_argument("name", metavar="NAME")
    rename = actions.add_parser("rename", help="give a collection another name")
    rename.add_argument("name", metavar="NAME")
    rename.add_argument("new", metavar="NEW")
    mirror = actions.add_parser("mirror", help="keep a collection as a folder of links")
    mirror.add_argument("name", metavar="NAME")
    mirror.add_argument("folder", metavar="DIR", help="outside the watched folders")
    mirror.add_argument("--copies", action="store_true", help="copies instead of links")
    unmirror = actions.add_parser("unmirror", help="remove what a mirror made")
    unmirror.add_argument("name", metavar="NAME")
    for one in (add, take, remove, rename, mirror, unmirror):
        add_json(one)
        add_timeout(one, 120)


def run(arguments: argparse.Namespace, session: Session) -> int:
    """One of the actions."""
    if arguments.action == "list":
        return _list(session)
    if arguments.action == "show":
        return _show(arguments, session)
    route, fields = _change(arguments)
    result = session.client.do(f"/collections/{route}", wait_s=arguments.timeout, **fields)
    if session.out.json:
        session.out.object(result)
    else:
        session.out.text(_told(arguments.action, result))
    return 0


def _change(arguments: argparse.Namespace) -> tuple[str, dict[str, Any]]:
    """The route and the fields of a change."""
    name = arguments.name
    match arguments.action:
        case "add" | "take":
            fields = {"name": name, **selection(arguments)}
            if not (fields.keys() & {"files", "region", "query", "collection"}):
                raise UsageError("which items?", "give --from FILE, --region ID or --find QUERY")
            if arguments.action == "add" and arguments.living:
                fields["living"] = True
            return arguments.action, fields
        case "rename":
            return "change", {"name": name, "rename": arguments.new}
        case "mirror":
            folder = given_path(arguments.folder)
            return "mirror", {"name": name, "folder": folder, "copies": arguments.copies}
        case action:
            return action, {"name": name}


def _told(action: str, result: dict[str, Any]) -> str:
    name = clean(result["name"])
    match action:
        case "add":
            return (
                f"{name}: {count(result['added'], 'item')} added, {count(result['count'])} in all"
            )
        case "take":
            return f"{name}: {count(result['taken'], 'item')} taken out"
        case "mirror":
            folder = clean(home(result["folder"]))
            said = f"{name} is kept in {folder}: {count(result['files'], 'file')}"
            if copied := result.get("copied"):
                said += f"; {copied} of them copied, since links do not work there"
            return said
        case "unmirror":
            return f"{name} is no longer kept in {clean(home(result['folder']))}"
        case "remove":
            return f"{name} is forgotten; the files are where they were"
        case _:
            return f"it is called {name} now"


def _list(session: Session) -> int:
    out = session.out
    collections = session.client.get("/collections")["collections"]
    if out.json:
        for one in collections:
            out.line(one)
        return 0
    rows = [
        (
            clean(one["name"]),
            {"fixed": "", "border": "border", "search": "search"}[one["kind"]],
            count(one["count"]),
            count(one["new"]) if one["new"] else "",
            ago(one["made_at"]),
            clean(home(one["mirror"])) if one["mirror"] else "",
        )
        for one in collections
    ]
    if rows:
        out.table(("collection", "grows by", "items", "new", "made", "mirror"), rows, right="items")
    else:
        out.note("no collection yet; make one with `muserctl collections add NAME --find QUERY`")
    return 0


def _show(arguments: argparse.Namespace, session: Session) -> int:
    seen = "1" if arguments.seen else None
    for item in session.client.lines("/collections/items", name=arguments.name, seen=seen):
        if session.out.json:
            session.out.line(item)
        else:
            path = (item["paths"] or [""])[0]
            session.out.text(f"{item['id']:>8}  {item['kind']:<5}  {clean(home(path))}")
    return 0
