"""Pairs and groups of duplicates, by hand."""

from dataclasses import replace

import numpy as np

from muserd.ground.records import ItemId
from muserd.hands.duplicates import (
    BURST_MS,
    SAME_BITS,
    Candidate,
    DuplicateKind,
    groups_of,
    mirrored_bits,
    pairs_of,
)

A, B, C, D = map(ItemId, (1, 2, 3, 4))
PLAIN = Candidate(A, 0, frozenset(), None, "", 100, 10, kept=False)


def found(
    kind: DuplicateKind, *candidates: Candidate, decided: bool = False, cosine: float = 0.99
) -> list[tuple[ItemId, ...]]:
    items = {one.item: one for one in candidates}
    near = [(a, b, cosine) for a in items for b in items if a != b]
    pairs = pairs_of(kind, near, items, 0.97, lambda *_: decided)
    return [group.items for group in groups_of(kind, pairs, items)]


def test_hashes_that_hardly_differ() -> None:
    near = replace(PLAIN, item=B, dhash=2**SAME_BITS - 1)
    far = replace(PLAIN, item=C, dhash=2 ** (SAME_BITS + 2) - 1 << 60)
    assert found("same-shot", PLAIN, near) == [(A, B)]
    assert found("same-shot", PLAIN, far) == []
    assert found("same-shot", PLAIN, replace(near, dhash=None)) == []


def test_two_colours_of_one_drawing_are_two_pictures() -> None:
    red, blue = (replace(PLAIN, item=i, colours=frozenset({c})) for i, c in ((A, 0), (B, 5)))
    assert found("same-shot", red, blue) == []
    assert found("same-shot", red, replace(blue, colours=frozenset({0, 5}))) == [(A, B)]


def test_pictures_of_one_moment_may_differ_more() -> None:
    one = replace(PLAIN, taken_ms=1_000_000)
    other = replace(one, item=B, dhash=2**30 - 1, taken_ms=1_000_000 + BURST_MS)
    assert found("same-shot", one, other) == [(A, B)]
    assert found("same-shot", one, replace(other, taken_ms=other.taken_ms + 1)) == []  # type: ignore[operator]
    assert found("same-shot", one, replace(other, taken_ms=None)) == []


def test_groups_are_connected_parts_with_the_best_first() -> None:
    chain = [
        PLAIN,
        replace(PLAIN, item=B, quality=400),
        replace(PLAIN, item=C, kept=True),
    ]
    assert found("alike", *chain) == [(C, B, A)]


def test_raw_and_jpeg_of_one_stem_are_no_duplicates() -> None:
    one = replace(PLAIN, stem="/p/IMG_1")
    assert found("alike", one, replace(one, item=B)) == []
    assert found("alike", one, replace(one, item=B, stem="/p/IMG_2")) == [(A, B)]


def test_what_was_decided_stays_decided() -> None:
    assert found("alike", PLAIN, replace(PLAIN, item=B), decided=True) == []


def test_a_limit_of_likeness() -> None:
    assert found("draft", PLAIN, replace(PLAIN, item=B), cosine=0.96) == []


def test_the_score_of_a_group_is_its_weakest_join() -> None:
    items = {item: replace(PLAIN, item=item) for item in (A, B, C, D)}
    groups = groups_of("alike", [(A, B, 0.99), (B, C, 0.97), (C, D, 0.98)], items)
    assert [(len(group.items), group.score) for group in groups] == [(4, 0.97)]


def test_a_mirrored_picture_is_another_shot() -> None:
    from PIL import Image, ImageOps

    from muserd.extract.looks import looks_of

    rng = np.random.default_rng(4)
    cells = rng.integers(0, 255, (9, 9, 3), np.uint8)
    picture = Image.fromarray(cells).resize((180, 180), Image.Resampling.BICUBIC)
    plain = int(looks_of(picture).dhash, 16)
    turned = int(looks_of(ImageOps.mirror(picture)).dhash, 16)
    other = int(looks_of(picture.rotate(180)).dhash, 16)
    assert mirrored_bits(plain, turned) <= 2
    assert mirrored_bits(plain, plain) > 20
    assert mirrored_bits(plain, other) > 20
    one = replace(PLAIN, dhash=plain, taken_ms=0)
    pairs = pairs_of(
        "same-shot",
        [(A, B, 1.0)],
        {A: one, B: replace(one, item=B, dhash=turned)},
        0.9,
        lambda _a, _b: False,
    )
    assert list(pairs) == []


def test_a_symmetric_picture_is_not_taken_for_its_mirror_image() -> None:
    flat = replace(PLAIN, dhash=0)
    noisy = replace(PLAIN, item=B, dhash=0b101)
    assert list(
        pairs_of("same-shot", [(A, B, 1.0)], {A: flat, B: noisy}, 0.9, lambda _a, _b: False)
    )


def test_pictures_of_other_colours_are_other_shots_whatever_their_ground() -> None:
    from muserd.ground.swatches import NAMES

    white, blue, orange = (NAMES.index(name) for name in ("white", "blue", "orange"))

    def pairs(one: set[int], other: set[int]) -> int:
        items = {
            A: replace(PLAIN, colours=frozenset(one)),
            B: replace(PLAIN, item=B, colours=frozenset(other)),
        }
        found = pairs_of("same-shot", [(A, B, 1.0)], items, 0.9, lambda _a, _b: False)
        return len(list(found))

    assert pairs({white, blue}, {white, orange}) == 0
    assert pairs({white, blue}, {blue}) == 1
    assert pairs({white}, {white, orange}) == 1, "a grey picture and a tinted one"
