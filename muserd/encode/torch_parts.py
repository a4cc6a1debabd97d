"""From a specification to torch modules."""

from pathlib import Path

from muserd.encode.catalogue import EFFICIENTNET, MINILM, MULTILINGUAL, must_be, parse_clip
from muserd.encode.progress import Progress
from muserd.encode.torch_network import Parts


def image_parts(spec: str, keep: str, cache: Path, progress: Progress) -> Parts:
    """The encoder of `builtin` or `clip:…`.

    Raises:
        OtherEncoderError: it is not the one that `keep` names.
        EncoderError: it cannot be loaded.
    """
    if spec == "builtin":
        from muserd.encode import efficientnet

        must_be(EFFICIENTNET, keep, "encoders.image")
        progress("loading", EFFICIENTNET.label, None)
        return efficientnet.parts()
    from muserd.encode import clip  # two seconds that the built-in one saves

    return clip.parts(parse_clip(spec), keep, cache, progress)


def text_parts(spec: str, keep: str, cache: Path, progress: Progress) -> Parts:
    """The encoder of `builtin`, `multilingual` or `sentence-transformers:…`; else as above."""
    if spec == "builtin":
        from muserd.encode import minilm

        must_be(MINILM, keep, "encoders.text")
        progress("loading", MINILM.label, None)
        return minilm.parts()
    if spec == MULTILINGUAL:
        from muserd.encode import e5

        return e5.parts(keep, cache, progress)
    from muserd.encode import sentences

    return sentences.parts(spec, keep, cache, progress)
