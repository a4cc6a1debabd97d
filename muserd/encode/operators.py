"""A cure for a torchvision that was built for another torch.

The registry's Linux wheels of torchvision are built against CUDA; beside a CPU-only torch their
extension cannot load, and `import torchvision`, which open_clip, timm and transformers all do,
dies for want of two operators that nobody here calls. Declared first, they let it be imported.
"""

import functools
import importlib.util
from pathlib import Path

import torch

_SCHEMAS = (
    "nms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor",
    "qnms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor",
)


@functools.cache  # the library must live as long as the process: this keeps it
def declare_missing_operators() -> torch.library.Library | None:
    """Call before the first import of open_clip, timm, transformers or sentence_transformers.

    Returns:
        None where torchvision is sound, or absent: then nothing was declared.
    """
    spec = importlib.util.find_spec("torchvision")
    if spec is None or spec.origin is None or _extension_loads(Path(spec.origin).parent):
        return None
    library = torch.library.Library("torchvision", "FRAGMENT")  # type: ignore[no-untyped-call]
    for schema in _SCHEMAS:
        library.define(schema)  # type: ignore[no-untyped-call]
    return library


def _extension_loads(folder: Path) -> bool:
    for extension in folder.glob("_C*.so"):
        try:
            torch.ops.load_library(str(extension))  # type: ignore[no-untyped-call]
        except OSError:
            continue
        return True
    return False
