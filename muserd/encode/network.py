"""What computes vectors: a network on some runtime, behind one interface."""

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

_TINY = float(np.finfo(np.float32).tiny)


class Network(Protocol):
    """A network on its runtime. `run` may be called from several threads at once.

    Attributes:
        device: for people, with precision and runtime: `cpu bf16, OpenVINO`.
        batch_size: the most inputs of one call, a power of two.
        lanes: how many calls are worth making at once.
    """

    device: str
    batch_size: int
    lanes: int

    def run(self, inputs: NDArray[np.generic]) -> list[NDArray[np.float32]]:
        """The outputs for a batch: uint8[n, s, s, 3] of pictures or int64[n, length] of token ids.

        Returns:
            Features, float32[n, dim]; then, of a network that classifies, logits float32[n, 1000].
        """
        ...

    def use_cores(self, count: int) -> None:
        """Let what the calling thread computes be split over so many cores, if it can be."""
        ...


def normalised(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    """Rows of length one; a row that is not finite stays so."""
    with np.errstate(invalid="ignore", over="ignore"):
        norms = np.linalg.norm(vectors, axis=1, keepdims=True)
        result: NDArray[np.float32] = vectors / np.maximum(norms, _TINY)
    return result


def least_cosine(one: NDArray[np.float32], other: NDArray[np.float32]) -> float:
    """The least cosine between the rows of two arrays; −1 where a row is not finite."""
    cosines = (normalised(one) * normalised(other)).sum(1)
    return float(np.nan_to_num(cosines, nan=-1.0).min())
