from muserd.ground.batches import batched


def test_parts_are_full_but_the_last() -> None:
    assert list(batched([1, 2, 3, 4, 5], 2)) == [[1, 2], [3, 4], [5]]
    assert list(batched((1, 2), 2)) == [(1, 2)]


def test_nothing_has_no_parts() -> None:
    assert list(batched([], 3)) == []
