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
