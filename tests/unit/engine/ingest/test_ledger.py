"""A file is in exactly one stage, and nothing that was asked for is lost."""

from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from muserd.engine.ingest.ledger import FileInWork, Ledger
from muserd.engine.operations import Seen
from muserd.ground.records import FileStat, Kind
from muserd.workers.encode.outcomes import FileFailed, FileTask, Interrupted, Known

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


def names_of(files: list[FileInWork]) -> list[str]:
    return [file.seen.path.removeprefix(b"/r/").decode() for file in files]


def death(suspects: list[FileInWork], others: Sequence[FileInWork] = ()) -> Interrupted:
    """What a worker says when a child died over files that it was given."""
    return Interrupted(tuple(file.task for file in suspects), tuple(file.task for file in others))


def test_what_a_child_had_when_it_died_is_read_again() -> None:
    """What it was working on after all others, in halves and apart; the others first in line."""
    ledger = ledger_of("a", "b", "c", "d", "e")
    a, b, c, d = ledger.take("image", 4)
    ledger.interrupted(death([a, b, c], [d]))
    assert (a.stage, d.stage) == ("suspected", "queued")
    assert ledger.take_suspects("image") == []  # d and e are queued
    assert names_of(ledger.take("image", 9)) == ["d", "e"]
    assert ledger.take_suspects("image") == []  # they are being read
    for name in "de":
        assert ledger.found(outcome(ledger, name))
    assert names_of(ledger.take_suspects("image")) == ["a"]
    assert ledger.take_suspects("image") == []  # a is being tried
    assert ledger.found(outcome(ledger, "a"))
    assert names_of(ledger.take_suspects("image")) == ["b", "c"]
    assert b.task.suspect
    assert not d.task.suspect
    assert len(ledger) == 5


def test_suspects_are_halved_until_one_is_alone() -> None:
    """Those of a group that the child was not working on come together after the halves."""
    ledger = ledger_of(*"abcdefgh")
    ledger.interrupted(death(ledger.take("image", 9)))
    half = ledger.take_suspects("image")
    assert names_of(half) == ["a", "b", "c", "d"]
    ledger.interrupted(death(half[:1], half[1:]))
    (alone,) = ledger.take_suspects("image")
    assert names_of([alone]) == ["a"]
    blame = FileFailed(alone.task, "crash", "", "", retry=False, stat=None)
    assert ledger.found(blame)
    rest = ledger.take_suspects("image")
    assert names_of(rest) == ["b", "c", "d"]
    ledger.interrupted(death(rest))
    assert names_of(ledger.take_suspects("image")) == ["b"]
    ledger.found(outcome(ledger, "b"))
    assert names_of(ledger.take_suspects("image")) == ["c", "d"]


def test_a_file_that_killed_a_child_before_is_a_suspect_from_the_start() -> None:
    """Each by itself; its content may have changed meanwhile, and it stays one."""
    ledger = ledger_of("a")
    ledger.add(ROOT, seen("x"), 0.0, force=False, suspect=True)
    ledger.add(ROOT, seen("y"), 0.0, force=False, suspect=True)
    ledger.add(ROOT, seen("x"), 1.0, force=True)
    assert names_of(ledger.take("image", 9)) == ["a"]
    ledger.found(outcome(ledger, "a"))
    (first,) = ledger.take_suspects("image")
    assert (names_of([first]), first.force, first.again) == (["x"], True, False)
    ledger.found(outcome(ledger, "x"))
    assert names_of(ledger.take_suspects("image")) == ["y"]


def test_ordinary_files_are_read_while_suspects_are_tried() -> None:
    """As many as without them; the next suspects wait for these."""
    ledger = Ledger()
    for name in "xy":
        ledger.add(ROOT, seen(name), 0.0, force=False, suspect=True)
    (tried,) = ledger.take_suspects("image")
    for name in "abc":
        ledger.add(ROOT, seen(name), 0.0, force=False)
    assert names_of(ledger.take("image", 2)) == ["a", "b"]
    ledger.found(outcome(ledger, "x"))
    assert (tried.stage, ledger.take_suspects("image")) == ("read", [])
    assert names_of(ledger.take("image", 2)) == []
    ledger.found(outcome(ledger, "b"))
    assert names_of(ledger.take("image", 2)) == ["c"]


def test_a_death_over_readings_that_nobody_waits_for_changes_nothing() -> None:
    """The root was removed, or the encoder switched, before it was heard."""
    ledger = ledger_of("a", "b")
    a, b = ledger.take("image", 9)
    late = death([a], [b])
    ledger.restart("image")
    ledger.interrupted(late)
    assert (a.stage, b.stage, a.group) == ("queued", "queued", 0)
    ledger.take("image", 9)
    ledger.drop_root(ROOT)
    ledger.interrupted(death([a, b]))
    assert len(ledger) == 0


def test_suspects_are_counted_and_found_like_others() -> None:
    """Also when the encoder is switched: those that wait go on waiting, in their order."""
    ledger = ledger_of("a", "b", "c")
    ledger.interrupted(death(ledger.take("image", 9)))
    assert (len(ledger), ledger.count("image"), ledger.count("text")) == (3, 3, 0)
    assert ledger.find(b"/r/c") is not None
    assert names_of(ledger.take_suspects("image")) == ["a"]
    ledger.restart("image")
    assert names_of(ledger.take_suspects("image")) == ["a"]
    ledger.drop_root(ROOT)
    assert (len(ledger), ledger.take_suspects("image")) == (0, [])


@given(
    count=st.integers(1, 60),
    deadly=st.sets(st.integers(0, 59), max_size=6),
    window=st.integers(1, 16),
    active=st.integers(1, 8),
)
def test_exactly_the_deadly_files_are_blamed(
    count: int, deadly: set[int], window: int, active: int
) -> None:
    """Whatever the window and the number of files in work: every file once, the right ones."""
    ledger = ledger_of(*map(str, range(count)))
    killers = {str(n) for n in deadly if n < count}
    blamed: list[str] = []
    hand: list[FileInWork] = []
    apart: list[FileInWork] = []

    def work(child: list[FileInWork], *, alone: bool) -> None:
        """A child works on some of its files, and may die over them."""
        working, rest = child[:active], child[active:]
        deaths = set(names_of(working)) & killers
        if deaths and alone and len(child) == 1:
            blamed.extend(deaths)
        elif deaths:
            ledger.interrupted(death(working, rest))
            child.clear()
            return
        for file in working:
            assert ledger.found(Known(file.task, STAT, b"hash"))  # type: ignore[arg-type]
        child[:] = rest

    for _ in range(5_000):
        hand += ledger.take("image", window)
        apart += ledger.take_suspects("image")
        if not hand and not apart:
            break
        work(hand, alone=False)
        work(apart, alone=True)
    assert not hand
    assert not apart
    assert set(blamed) == killers
    assert len(blamed) == len(killers)
    assert sorted(names_of(ledger.read(99))) == sorted(map(str, range(count)))


def test_files_are_counted_by_space_whatever_their_stage() -> None:
    """Queued, suspected, being read and read: each once; those of the other space apart."""
    ledger = ledger_of("a", "b", "c", "d", "e", "f")
    read, *suspects = ledger.take("image", 3)
    ledger.found(outcome(ledger, "a"))
    ledger.interrupted(death(suspects))
    ledger.add(ROOT, seen("n", "note"), 0.0, force=False)
    ledger.take("text", 1)
    ledger.found(Known(FileTask(b"/r/n", "note", attempt=4), STAT, b"hash"))  # type: ignore[arg-type]
    stages = [file.stage for file in ledger if file.space == "image"]
    assert sorted(stages) == ["queued"] * 3 + ["read"] + ["suspected"] * 2
    assert ledger.count("image") == 6
    ledger.take("image", 1)
    assert (ledger.count("image"), ledger.count("text"), len(ledger)) == (6, 1, 7)
    assert read.stage == "read"
