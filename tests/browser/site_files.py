"""Files of a synthetic site: named by their hash, with arrays packed as the format wants them."""

import base64
import hashlib
import json
import zlib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray


@dataclass
class Writer:
    """Files of one site, named by the hash of their bytes."""

    folder: Path
    made: dict[str, str] = field(default_factory=dict)

    def put(self, stem: str, suffix: str, data: bytes) -> str:
        """Write one immutable file; its relative address."""
        name = f"{stem}-{hashlib.sha256(data).hexdigest()[:16]}.{suffix}"
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        return name

    def json(self, stem: str, value: Any) -> str:
        """Write one JSON file."""
        return self.put(stem, "json", json.dumps(value, separators=(",", ":")).encode())


def packed(array: NDArray[Any]) -> dict[str, Any]:
    """One packed array of the format."""
    kind = {"uint": "u", "int": "i", "float": "f"}[array.dtype.name.rstrip("0123456789")]
    name = f"{kind}{array.dtype.itemsize * 8}"
    data = zlib.compress(
        np.ascontiguousarray(array).astype(array.dtype.newbyteorder("<")).tobytes()
    )
    return {"type": name, "shape": list(array.shape), "data": base64.b64encode(data).decode()}
