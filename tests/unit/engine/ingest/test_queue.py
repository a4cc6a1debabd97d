"""The queue hands out each file once, in order, and takes back what a dead worker held."""

from muserd.engine.ingest.queue import MOST_IN_HAND, ReadQueue
from muserd.engine.sync.plan import Seen
from muserd.ground.clock import ManualClock
from muserd.ground.records import FileStat


def seen(name: str, kind="image") -> Seen:
    return Seen(b"/r/" + name.encode(), kind, FileStat(1, 2, 3, 4, 5))


def test_files_come_out_in_order_and_once():
    """First in, first out; a path queued twice is read once, as last seen."""
    queue = ReadQueue(ManualClock())
    queue.add(b"/r", [seen("a"), seen("b"), seen("a")])
    assert [one.path for one, _ in queue.take("image")] == [b"/r/a", b"/r/b"]
    assert queue.take("image") == []
    assert queue.count() == 2


def test_spaces_do_not_wait_for_each_other():
    """Pictures and notes have queues of their own."""
    queue = ReadQueue(ManualClock())
    queue.add(b"/r", [seen("a"), seen("n", "note")])
    assert [one.path for one, _ in queue.take("text")] == [b"/r/n"]
    assert queue.count("image") == 1


def test_only_so_many_are_in_hand():
    """The rest waits, so that a pause is felt at once."""
    queue = ReadQueue(ManualClock())
    queue.add(b"/r", [seen(f"{i:04}") for i in range(MOST_IN_HAND + 5)])
    assert len(queue.take("image")) == MOST_IN_HAND
    assert queue.take("image") == []
    queue.done("image", b"/r/0000")
    assert [one.path for one, _ in queue.take("image")] == [b"/r/%04d" % MOST_IN_HAND]


def test_a_file_that_changes_while_it_is_read_is_looked_at_again():
    """The change is not lost, and the file is not given out twice at once."""
    queue = ReadQueue(ManualClock())
    queue.add(b"/r", [seen("a")])
    queue.take("image")
    queue.add(b"/r", [seen("a")])
    assert queue.take("image") == []
    assert queue.done("image", b"/r/a") == (b"/r", seen("a"), True)
    assert queue.done("image", b"/r/a") is None


def test_a_dead_workers_files_wait_again():
    """What was in hand goes first."""
    queue = ReadQueue(ManualClock())
    queue.add(b"/r", [seen("a")])
    queue.take("image")
    queue.add(b"/r", [seen("b")])
    queue.give_back("image")
    assert [one.path for one, _ in queue.take("image")] == [b"/r/a", b"/r/b"]


def test_the_oldest_wait_is_known():
    """Status can say how far behind the index is."""
    clock = ManualClock()
    queue = ReadQueue(clock)
    assert queue.oldest_s() == 0
    queue.add(b"/r", [seen("a")])
    clock.advance(3)
    queue.add(b"/r", [seen("b")])
    assert queue.oldest_s() == 3


def test_a_removed_root_leaves_the_queue():
    """Files of a root that is no longer wanted are not read."""
    queue = ReadQueue(ManualClock())
    queue.add(b"/r", [seen("a")])
    queue.add(b"/s", [seen("b")])
    queue.drop_root(b"/r")
    assert [one.path for one, _ in queue.take("image")] == [b"/r/b"]
