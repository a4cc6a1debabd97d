"""The thousand classes of ImageNet-1k, in everyday words.

Source: Russakovsky et al. 2015, ImageNet Large Scale Visual Recognition Challenge,
doi:10.1007/s11263-015-0816-y. The order is that of the challenge, which every pretrained
classifier's head follows; the words are the first WordNet lemma where people use it, and a plainer
one where they do not (`polar bear` for `ice bear`, `taxi` for `cab`). All are distinct.
"""

import json
from functools import cache
from importlib.resources import files

CLASSES = 1000


@cache
def labels() -> tuple[str, ...]:
    """The name of each class, by its index in the classifier's head."""
    text = files("muserd.ground").joinpath("data/imagenet_labels.json").read_text("utf-8")
    return tuple(json.loads(text))


@cache
def kinds() -> tuple[tuple[str, ...], ...]:
    """The kinds above each class, broadest first, e.g. ("animals", "dogs", "terriers").

    They follow WordNet (Miller 1995, doi:10.1145/219717.219748) where people would, and are
    grouped by hand where it says `instrumentality`. No kind has the name of a class.
    """
    text = files("muserd.ground").joinpath("data/imagenet_kinds.txt").read_text("utf-8")
    number = {label: index for index, label in enumerate(labels())}
    paths: list[tuple[str, ...]] = [()] * CLASSES
    for line in text.splitlines():
        if not line.strip() or line.startswith("#"):
            continue
        path, _, classes = line.partition(":")
        for entry in classes.split(","):
            first, _, last = entry.strip().partition("-")
            span = (
                range(int(first), int(last or first) + 1)
                if first.isdigit()
                else (number[entry.strip()],)
            )
            for index in span:
                paths[index] = tuple(kind.strip() for kind in path.split("/"))
    return tuple(paths)
