"""A layout worker in the hands of whoever wrote the notes that it names regions by."""

from muserd.ground.errors import LayoutError
from muserd.workers.layout import child
from muserd.workers.process.link import run
from tests.unit.workers.children.escape_puppet import escapes


def hostile(folder, _cache, _tell):
    (folder / "mine").write_text("what it is there to write")
    said = escapes((folder / "secret").read_text())
    raise LayoutError(" ".join(f"{key}={value}" for key, value in said.items()))


if __name__ == "__main__":
    child.work = hostile
    run(child.main)
