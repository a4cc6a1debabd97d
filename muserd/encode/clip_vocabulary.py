"""The tokenizers of open_clip's models as `tokenizers` has them: no torch, no transformers."""

from typing import Any, cast

from tokenizers import Regex, Tokenizer
from tokenizers.models import BPE
from tokenizers.pre_tokenizers import ByteLevel, Sequence, Split
from tokenizers.processors import TemplateProcessing

from muserd.encode import probe
from muserd.encode.vocabulary import Cleaning, Vocabulary
from muserd.ground.errors import EncoderError

_WORD_END = "</w>"
_WORDS = r"'s|'t|'re|'ve|'m|'ll|'d|[\p{L}]+|[\p{N}]|[^\s\p{L}\p{N}]+"

_PROBES = (*probe.TEXTS, "  Two  spaces, “quotes” &amp; don't, 3½ cats 🐈 ", "", "word " * 120)


def clip_vocabulary(tokenizer: Any) -> Vocabulary:
    """The vocabulary of one of open_clip's tokenizers, compared with it on a few texts.

    Raises:
        EncoderError: this kind of tokenizer is not known, or gives other tokens.
    """
    made = _of_bpe(tokenizer) if hasattr(tokenizer, "bpe_ranks") else _of_library(tokenizer)
    made.prepare()
    theirs = tokenizer(list(_PROBES)).tolist()
    ours = made.stack([made.windows(text)[0] for text in _PROBES], made.window_tokens).tolist()
    if ours != theirs:
        differing = next(text for text, a, b in zip(_PROBES, ours, theirs, strict=True) if a != b)
        raise EncoderError(f"its tokenizer gives other tokens for {differing[:30]!r}")
    return made


def _of_bpe(tokenizer: Any) -> Vocabulary:
    """CLIP's own: byte pairs within words, of which the last of each is marked."""
    model = BPE(
        vocab=dict(tokenizer.encoder),
        merges=list(tokenizer.bpe_ranks),
        end_of_word_suffix=_WORD_END,
        unk_token=None,
        fuse_unk=False,
    )
    made = Tokenizer(model)
    made.pre_tokenizer = Sequence(
        [
            Split(Regex(_WORDS), behavior="removed", invert=True),
            ByteLevel(add_prefix_space=False, use_regex=False),
        ]
    )
    first, last = "<start_of_text>", "<end_of_text>"
    special = [(name, tokenizer.encoder[name]) for name in (first, last)]
    made.post_processor = TemplateProcessing(single=f"{first} $A {last}", special_tokens=special)
    return Vocabulary(made, tokenizer.context_length, 0, fixed=True, clean=_cleaning(tokenizer))


def _of_library(tokenizer: Any) -> Vocabulary:
    """Those of transformers: they hold one of `tokenizers`."""
    theirs = getattr(tokenizer, "tokenizer", None)
    backend = getattr(theirs, "backend_tokenizer", None)
    odd = getattr(tokenizer, "strip_sep_token", False) or getattr(tokenizer, "tokenizer_mode", "")
    if theirs is None or backend is None or odd or theirs.padding_side != "right":
        raise EncoderError(f"a tokenizer like {type(theirs).__name__} is not supported")
    return Vocabulary(
        Tokenizer.from_str(backend.to_str()),
        tokenizer.context_length,
        int(theirs.pad_token_id or 0),
        fixed=True,
        clean=_cleaning(tokenizer),
    )


def _cleaning(tokenizer: Any) -> Cleaning:
    name = tokenizer.clean_fn.__name__.removeprefix("_clean_")
    if name not in {"lower", "whitespace", "canonicalize"}:
        raise EncoderError(f"texts cleaned by {name!r} are not supported")
    return cast("Cleaning", name)
