"""Keys of paths: LMDB takes 511 bytes, file systems give up to 4,096."""

import pytest

from muserd.store.codecs import path_key


@pytest.mark.parametrize("length", [1, 479, 480])
def test_a_short_path_is_its_own_key(length: int) -> None:
    assert path_key(b"p" * length) == b"p" * length


@pytest.mark.parametrize("length", [481, 512, 4_096])
def test_a_long_path_has_a_key_of_its_own(length: int) -> None:
    """It fits, it sorts beside its folder, and only an equal path has the same."""
    path = b"p" * length
    assert len(path_key(path)) <= 511
    assert path_key(path).startswith(path[:480] + b"\0")
    assert len({path_key(path), path_key(path + b"p"), path_key(path[:-1] + b"q")}) == 3
