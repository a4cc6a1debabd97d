"""Notes from the docstrings of an installed package: a topic for each of its modules."""

import importlib
import inspect
import pkgutil
import textwrap
import warnings
from collections.abc import Iterator
from pathlib import Path

from demo.make import SHORTEST_NOTE, documented

FEWEST = 6  # notes of a topic
MOST = 30
MOST_CHARACTERS = 1500  # of a note: further on, docstrings list parameters


def write_docstrings(package: str, folder: Path) -> int:
    """Write a Markdown file for each public class and function, in a folder for each module.

    Returns:
        How many were written.
    """
    made = 0
    for module in _modules(package):
        topic = module.__name__.removeprefix(f"{package}.").replace(".", "_")
        notes = {name: text for name, text in _texts(module) if len(text) >= SHORTEST_NOTE}
        if len(notes) < FEWEST:
            continue
        (folder / topic).mkdir(parents=True, exist_ok=True)
        for name, text in sorted(notes.items())[:: -(-len(notes) // MOST)]:
            (folder / topic / f"{name}.md").write_text(f"# {name}\n\n{text}\n", encoding="utf-8")
            made += 1
    return made


def _texts(module: object) -> Iterator[tuple[str, str]]:
    for name in getattr(module, "__all__", None) or dict(documented(module)):
        try:
            thing = getattr(module, name)
        except (AttributeError, ImportError):
            continue  # experimental, or gone
        if inspect.isclass(thing) or inspect.isroutine(thing):
            yield name, textwrap.dedent(inspect.getdoc(thing) or "")[:MOST_CHARACTERS].strip()


def _modules(package: str) -> Iterator[object]:
    root = importlib.import_module(package)
    for found in pkgutil.iter_modules(root.__path__, f"{package}."):
        if not found.name.rpartition(".")[2].startswith("_"):
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                try:
                    yield importlib.import_module(found.name)
                except Exception:  # noqa: BLE001 - what cannot be imported is no note
                    continue
