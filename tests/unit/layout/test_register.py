"""Rigid motions, against those that made the input."""

import numpy as np
import pytest

from muserd.layout.register import ASPECT, along_the_screen, radius, register


def cloud(count: int, seed: int = 0) -> np.ndarray:
    return (np.random.default_rng(seed).normal(size=(count, 2)) * (4, 1) + (9, -3)).astype(
        np.float32
    )


def turn(degrees: float) -> np.ndarray:
    angle = np.radians(degrees)
    return np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])


@pytest.mark.parametrize("degrees", [0, 37, 121, 180, -90])
@pytest.mark.parametrize("count", [3, 4, 50])
def test_a_motion_is_found_again(count: int, degrees: float) -> None:
    """Three pairs are enough for a rotation."""
    there = (cloud(count) @ turn(degrees) + (100, 20)).astype(np.float32)
    motion = register(cloud(count), there)
    np.testing.assert_allclose(motion.rotation, turn(degrees), atol=1e-4)
    np.testing.assert_allclose(motion.apply(cloud(count)), there, atol=1e-4)


@pytest.mark.parametrize("count", [0, 1, 2])
def test_fewer_than_three_pairs_are_not_turned(count: int) -> None:
    """Only shifted, middle upon middle."""
    there = cloud(count) @ turn(90).astype(np.float32) + np.float32(5)
    motion = register(cloud(count), there)
    assert np.array_equal(motion.rotation, np.eye(2))
    if count:
        moved = motion.apply(cloud(count))
        np.testing.assert_allclose(moved.mean(axis=0), there.mean(axis=0), atol=1e-5)


def test_the_worst_fifth_does_not_decide() -> None:
    """Items that went elsewhere do not drag the others along."""
    there = (cloud(100) @ turn(30) + (5, 5)).astype(np.float32)
    there[:20] += np.float32(40)
    np.testing.assert_allclose(register(cloud(100), there).rotation, turn(30), atol=1e-4)


def test_a_mirrored_map_is_turned_not_mirrored() -> None:
    """The best rotation is taken, although a reflection would fit."""
    motion = register(cloud(50), cloud(50) * np.array([1, -1], dtype=np.float32))
    assert np.linalg.det(motion.rotation) == pytest.approx(1)


def test_a_map_is_laid_along_the_screen() -> None:
    """About its middle, and no other of many turns needs a lower screen."""
    places = (cloud(400) @ turn(63)).astype(np.float32)
    motion = along_the_screen(places)
    laid = motion.apply(places)
    assert np.abs(laid.mean(axis=0)).max() < 1e-4

    def needed(points: np.ndarray) -> float:
        low, high = np.percentile(points, [0.2, 99.8], axis=0)
        width, height = high - low
        return float(max(width / ASPECT, height))

    assert needed(laid) <= min(needed(laid @ turn(degrees)) for degrees in range(0, 180, 2)) + 1e-6


@pytest.mark.parametrize("count", [0, 1, 2, 3, 10])
def test_what_has_no_shape_is_not_turned(count: int) -> None:
    """One spot, and fewer than three items: shifted to the middle of the screen."""
    motion = along_the_screen(np.full((count, 2), 4, np.float32))
    assert np.array_equal(motion.rotation, np.eye(2))
    assert np.array_equal(motion.shift, [-4, -4] if count else [0, 0])


def test_the_radius_is_the_root_mean_square_distance() -> None:
    """Of a square's corners half its diagonal; 1 where there is none, for it divides."""
    square = np.array([[1, 1], [1, 5], [5, 1], [5, 5]], dtype=np.float32)
    assert radius(square) == pytest.approx(np.sqrt(8))
    assert radius(square[:1]) == radius(square[:0]) == 1.0


def test_of_angles_that_are_as_good_the_smallest_is_taken() -> None:
    """A square fits a screen upright and after a quarter turn: it is left as it is."""
    side = np.arange(21, dtype=np.float32)
    square = np.stack(np.meshgrid(side, side), axis=-1).reshape(-1, 2)
    assert np.array_equal(along_the_screen(square).rotation, np.eye(2))
