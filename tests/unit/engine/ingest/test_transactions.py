"""One transaction: what changed in the store is followed by maps, site and search."""

from muserd.engine.ingest.apply import Changes
from muserd.engine.maps.update import Arrival
from muserd.ground.records import SPACE_OF, Failure, FileState, ItemRecord, Slot, Space
from muserd.store.writer import Writer
from tests.unit.engine.bench import Bench


class Followers:
    """Takes down what the followers of a transaction are told."""

    def __init__(self, bench: Bench) -> None:
        self.told: list[tuple[Space, list[Slot]]] = []
        bench.parts.pipeline._transactions._followers = [self]

    def note(self, space: Space, slots: object) -> None:
        self.told.append((space, sorted(slots)))  # type: ignore[call-overload]


def run(bench: Bench, change: Changes) -> Changes:
    def body(writer: Writer, changes: Changes) -> None:
        changes.arrivals += change.arrivals
        changes.touched |= change.touched

    return bench.parts.pipeline._transactions.run(body)


def touch(item: ItemRecord) -> Changes:
    return Changes(touched={(SPACE_OF[item.kind], item.slot)})


def test_of_a_transaction_that_changes_nothing_nobody_is_told(bench: Bench) -> None:
    bench.publish()
    followers, next_look = Followers(bench), bench.parts.refits._looks.due_s
    run(bench, Changes())
    assert followers.told == []
    assert not bench.parts.publisher.pending
    assert bench.parts.refits._looks.due_s == next_look


def test_only_the_space_that_changed_is_updated(bench: Bench) -> None:
    """An item whose name or files changed is shown anew, and nothing of the other map."""
    bench.ingest("a.txt", "b.png")
    bench.publish()
    followers = Followers(bench)
    for name, space in (("a.txt", "text"), ("b.png", "image")):
        item = bench.item(name)
        run(bench, touch(item))
        assert followers.told.pop() == (space, [item.slot])
        assert followers.told == []
        assert [one for one, slots in bench.parts.publisher._dirty.items() if slots] == [space]
        bench.publish()


def test_an_arrival_alone_is_an_update(bench: Bench) -> None:
    """The item is in the model, and the policy waits for a quiet moment of its space."""
    followers = Followers(bench)
    bench.ingest("a.txt")
    assert [space for space, _ in followers.told] == ["text"]
    schedules = bench.parts.refits._schedules
    assert schedules["text"].arrived_s == bench.clock.monotonic_s()
    assert schedules["image"].arrived_s == 0.0
    item = bench.item("a.txt")
    model = bench.parts.models["text"]
    assert model.slots.present[item.slot]
    with bench.parts.store.read() as reader:
        vector = reader.vector("text", item.slot)
        assert reader.meta("unpublished")
    assert vector is not None
    model.slots.present[item.slot] = False
    run(bench, Changes(arrivals=[Arrival(item, vector)]))
    assert model.slots.present[item.slot]


def test_deadly_is_what_a_worker_died_over(bench: Bench) -> None:
    """A file that merely cannot be read is not; nor one of which nothing is known."""
    seen = {name: bench.write(name) for name in ("a.txt", "b.txt", "c.txt")}
    with bench.parts.store.write() as writer:
        for name, cause in (("a.txt", "hang"), ("b.txt", "corrupt")):
            one = seen[name]
            writer.put_failure(
                Failure(one.path, one.kind, cause, "", "", 0, 1, None, one.stat, "1")
            )
    deadly = bench.parts.pipeline._transactions.deadly(one.path for one in seen.values())
    assert deadly == {seen["a.txt"].path}


def test_a_deadly_file_is_read_as_a_suspect(bench: Bench) -> None:
    """See `Ledger`; it is stored like any other when it does no harm."""
    one = bench.write("a.txt")
    with bench.parts.store.write() as writer:
        writer.put_failure(Failure(one.path, one.kind, "crash", "", "", 0, 1, None, one.stat, "1"))
    bench.parts.pipeline.add(bench.raw, [one])
    (file,) = bench.parts.pipeline._ledger
    assert file.stage == "suspected"
    bench.finish()
    record = bench.file("a.txt")
    assert record is not None
    assert record.state is FileState.PRESENT
