"""Addresses that nobody would type, for every route of the page: seeded, the same each time."""

import random
import string
from collections.abc import Iterator
from urllib.parse import quote

ROUTES = (
    "/", "/login", "/metrics", "/x/y", "/index.html", "/manifest.json", "/api/search",
    "/api/similar", "/api/note", "/preview", "/original", "/nothing",
)  # fmt: skip
_KEYS = ("id", "q", "space", "limit", "size", "after", "token", "")
_LETTERS = string.printable.strip() + "äé☃\u202e"
_NUMBERS = (0, 1, 2, 3, 64, 500, 10**9, 10**40)


def odd_addresses(count: int, seed: int) -> Iterator[str]:
    """Known routes, with tails and parameters of noise, of good numbers and of bad ones."""
    dice = random.Random(seed)

    def noise(length: int, safe: str) -> str:
        return quote("".join(dice.choices(_LETTERS, k=length)), safe=safe)

    for _ in range(count):
        route = dice.choice(ROUTES)
        if dice.random() < 0.2:
            route += "/" + noise(dice.randint(0, 8), "%/")
        pairs = [
            f"{dice.choice(_KEYS)}={noise(size, '%&=')}"
            for size in dice.choices(range(13), k=dice.randint(0, 4))
        ]
        good = [f"space={dice.choice(('image', 'text'))}", f"q={noise(dice.randint(1, 9), '')}"]
        pairs += good if dice.random() < 0.3 else []
        pairs.append(f"{dice.choice(_KEYS)}={dice.choice(_NUMBERS)}")
        yield f"{route}?{'&'.join(pairs)}".encode("ascii", "replace").decode()
