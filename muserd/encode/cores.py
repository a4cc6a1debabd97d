"""How many cores an operation is split over."""

import torch


def use_cores(count: int) -> None:
    """Let the operations that the calling thread starts use so many cores.

    OpenMP keeps this number per thread, and torch lets it; a thread that never called this uses
    what the last caller asked for when it computes for the first time.
    """
    if torch.get_num_threads() != count:
        torch.set_num_threads(count)
