"""Which encoders make the vectors, and what can be chosen.

The choice is `encoders.image` and `encoders.text` of the configuration. Weights that have to be
fetched are fetched by the daemon when it needs them; `muserctl status` shows the progress.
"""

import argparse
from typing import Any

from muserd.ctl.catalogue import add_json, subcommands
from muserd.ctl.session import Session
from muserd.ground import config as configuration
from muserd.ground.errors import DaemonDownError

CHOICES: dict[str, tuple[tuple[str, str], ...]] = {
    "image": (
        ("auto", "CLIP ViT-B/32 if its weights are there or can be fetched, else builtin"),
        ("builtin", "EfficientNet-Lite0: small, quick, comes with Muser"),
        ("clip:MODEL/PRETRAINED", "any model of open_clip, e.g. clip:ViT-L-14/laion2b_s32b_b82k"),
        ("clip:MODEL/PATH", "the same from a file of weights"),
    ),
    "text": (
        ("auto", "builtin"),
        ("builtin", "all-MiniLM-L6-v2: comes with Muser"),
        ("sentence-transformers:NAME", "any model of sentence-transformers"),
        ("sentence-transformers:PATH", "the same from a folder"),
    ),
}


def configure(parser: argparse.ArgumentParser) -> None:
    """Options."""
    actions = subcommands(parser, required=True)
    add_json(actions.add_parser("list", help="what is chosen, what is in use, what there is"))
    switch = actions.add_parser("switch", help="encode a map anew with the configured encoder")
    switch.add_argument("space", choices=("image", "text"), help="the map")
    add_json(switch)


def run(arguments: argparse.Namespace, session: Session) -> int:
    """List, or switch."""
    return _switch(arguments, session) if arguments.action == "switch" else _list(session)


def _switch(arguments: argparse.Namespace, session: Session) -> int:
    result = session.client.do("/encoder/switch", wait_s=120, space=arguments.space)
    if session.out.json:
        session.out.object(result)
    else:
        session.out.text(
            f"{result['files']:,} files are encoded anew; the old map is shown until then"
        )
    return 0


def _list(session: Session) -> int:
    out = session.out
    chosen = configuration.load(session.places.config).encoders
    try:
        spaces: dict[str, Any] = session.client.get("/status").get("spaces") or {}
    except DaemonDownError:
        spaces = {}
    rows, listed = [], []
    for space in ("image", "text"):
        spec = getattr(chosen, space)
        used = (spaces.get(space) or {}).get("encoder") or {}
        rows.append(
            (space, spec, used.get("label", "–"), used.get("device", ""), used.get("id", ""))
        )
        choices = [{"spec": spec_, "what": what} for spec_, what in CHOICES[space]]
        listed.append({"space": space, "chosen": spec, "in_use": used or None, "choices": choices})
    if out.json:
        out.object({"encoders": listed})
        return 0
    out.table(("map", "chosen", "in use", "device", "id"), rows)
    for space, known in CHOICES.items():
        out.text("")
        out.table((f"encoders.{space}", ""), known)
    out.note("")
    out.note('Change it with: muserctl config edit --set encoders.image="builtin"')
    out.note("Vectors of two encoders are never mixed: after a restart the daemon waits for")
    out.note("`muserctl encoder switch`, which encodes the map anew while the old one is shown.")
    return 0
