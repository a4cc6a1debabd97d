"""A file is in exactly one stage, and nothing that was asked for is lost."""

from muserd.engine.ingest.ledger import Ledger
from muserd.engine.operations import Seen
from muserd.ground.records import FileStat, Kind
from muserd.workers.encode.outcomes import FileFailed, FileTask, Known

STAT = FileStat(1, 2, 3, 4, 5)
ROOT = b"/r"


def seen(name: str, kind: Kind = "image") -> Seen:
    return Seen(b"/r/" + name.encode(), kind, STAT)


def ledger_of(*names: str) -> Ledger:
    ledger = Ledger()
    for name in names:
        ledger.add(ROOT, seen(name), 0.0, force=False)
    return ledger


def outcome(ledger: Ledger, name: str, *, attempt: int | None = None) -> Known:
    """What a worker says of a file that it was given."""
    file = ledger.find(b"/r/" + name.encode())
    assert file is not None
    number = file.attempt if attempt is None else attempt
    return Known(FileTask(file.seen.path, file.seen.kind, file.force, number), STAT, b"hash")  # type: ignore[arg-type]


def test_files_come_out_in_order_and_once() -> None:
    """First in, first out; a path that is queued twice is read once."""
    ledger = ledger_of("a", "b", "a")
    assert [file.seen.path for file in ledger.take("image", 9)] == [b"/r/a", b"/r/b"]
    assert ledger.take("image", 9) == []
    assert len(ledger) == 2


def test_spaces_do_not_wait_for_each_other() -> None:
    ledger = ledger_of("a")
    ledger.add(ROOT, seen("n", "note"), 0.0, force=False)
    assert [file.seen.path for file in ledger.take("text", 9)] == [b"/r/n"]
    assert (ledger.count("image"), ledger.count("text")) == (1, 1)


def test_only_so_many_are_read_at_a_time() -> None:
    """The rest waits, so that a pause is felt at once."""
    ledger = ledger_of("a", "b", "c")
    assert len(ledger.take("image", 2)) == 2
    assert ledger.take("image", 2) == []
    assert ledger.found(outcome(ledger, "a"))
    assert [file.seen.path for file in ledger.take("image", 2)] == [b"/r/c"]


def test_a_file_goes_from_stage_to_stage() -> None:
    ledger = ledger_of("a")
    (file,) = ledger
    assert file.stage == "queued"
    ledger.take("image", 9)
    assert file.stage == "reading"
    assert ledger.found(outcome(ledger, "a"))
    assert (file.stage, ledger.read_count) == ("read", 1)
    assert ledger.read(9) == [file]
    ledger.remove(file)
    assert (len(ledger), ledger.read_count) == (0, 0)


def test_a_file_named_while_it_is_read_is_looked_at_again() -> None:
    """The change is not lost, and the file is not given out twice at once."""
    ledger = ledger_of("a")
    ledger.take("image", 9)
    ledger.add(ROOT, seen("a"), 1.0, force=False)
    assert ledger.take("image", 9) == []
    (file,) = ledger
    assert file.again


def test_a_wish_to_encode_anew_is_not_lost() -> None:
    """Whatever names the file afterwards."""
    ledger = ledger_of("a")
    ledger.add(ROOT, seen("a"), 1.0, force=True)
    ledger.add(ROOT, seen("a"), 2.0, force=False)
    (file,) = ledger.take("image", 9)
    assert file.force
    ledger.add(ROOT, seen("a"), 3.0, force=False)
    ledger.put_back([file])
    (file,) = ledger.take("image", 9)
    assert file.force


def test_an_outcome_of_an_earlier_attempt_is_stale() -> None:
    """The encoder was switched: what the former one says of a file comes too late."""
    ledger = ledger_of("a", "b")
    ledger.take("image", 9)
    late = outcome(ledger, "a")
    ledger.restart("image")
    assert not ledger.found(late)
    ledger.take("image", 9)
    assert not ledger.found(late)
    assert ledger.found(outcome(ledger, "a"))


def test_what_was_read_is_read_again_after_a_switch() -> None:
    """Before what was queued later, and forgotten as if it had never been read."""
    ledger = ledger_of("a")
    ledger.take("image", 9)
    ledger.found(outcome(ledger, "a"))
    ledger.add(ROOT, seen("b"), 1.0, force=False)
    ledger.restart("image")
    assert ledger.read_count == 0
    files = ledger.take("image", 9)
    assert [file.seen.path for file in files] == [b"/r/a", b"/r/b"]
    assert files[0].outcome is None


def test_a_removed_root_leaves_at_every_stage() -> None:
    """What the worker finds in its files is dropped."""
    ledger = ledger_of("queued", "read", "reading")
    ledger.add(b"/s", Seen(b"/s/other", "image", STAT), 0.0, force=False)
    ledger.put_back([file for file in ledger if file.seen.path != b"/r/queued"])
    ledger.take("image", 2)
    late = outcome(ledger, "reading")
    ledger.found(outcome(ledger, "read"))
    ledger.drop_root(ROOT)
    assert not ledger.found(late)
    assert [file.seen.path for file in ledger] == [b"/s/other"]


def test_a_file_that_is_of_another_kind_now_begins_anew() -> None:
    """Its name changed the kind, not the path: what one worker found is of no use to the other."""
    ledger = ledger_of("a")
    ledger.take("image", 9)
    late = outcome(ledger, "a")
    ledger.add(ROOT, seen("a", "note"), 1.0, force=False)
    assert not ledger.found(late)
    assert (ledger.count("image"), ledger.count("text")) == (0, 1)


def test_a_failure_is_an_outcome_too() -> None:
    ledger = ledger_of("a")
    (file,) = ledger.take("image", 9)
    task = FileTask(file.seen.path, "image", attempt=file.attempt)
    assert ledger.found(FileFailed(task, "corrupt", "", "", retry=False, stat=None))


def test_the_oldest_wait_is_known() -> None:
    ledger = Ledger()
    assert ledger.oldest_since_s() is None
    ledger.add(ROOT, seen("a"), 3.0, force=False)
    ledger.add(ROOT, seen("b"), 5.0, force=False)
    ledger.add(ROOT, seen("a"), 7.0, force=False)
    assert ledger.oldest_since_s() == 3.0
