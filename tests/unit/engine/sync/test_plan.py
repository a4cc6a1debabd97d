"""The plan is the difference between store and tree: applied, it makes them equal."""

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from muserd.engine.operations import Forget, Ghost, Move, Read, Return, Seen
from muserd.engine.sync.plan import Tree, is_mass_delete, plan_paths, plan_scan
from muserd.ground.records import FileRecord, FileStat, FileState

ROOT = b"/r"
LONG_AGO_NS = 1_000_000_000_000_000_000
NOW_MS = 1_700_000_000_000

names = st.sampled_from([b"/r/a", b"/r/b", b"/r/c", b"/r/d/a", b"/r/d/b", b"/r/d/e/f", b"/r/dd"])
stats = st.builds(
    FileStat,
    size=st.integers(0, 2),
    mtime_ns=st.sampled_from([LONG_AGO_NS, LONG_AGO_NS + 1]),
    ctime_ns=st.just(LONG_AGO_NS),
    inode=st.integers(1, 4),
    device=st.just(1),
)
trees = st.dictionaries(names, stats, max_size=7)


def record(
    path: bytes, stat: FileStat, item: int | None = 1, state=FileState.PRESENT
) -> FileRecord:
    return FileRecord(path, ROOT, "image", stat, state, item, NOW_MS)


def tree(files: dict[bytes, FileStat], **more) -> Tree:
    return Tree({path: Seen(path, "image", stat) for path, stat in files.items()}, **more)


def carried_out(known: dict[bytes, FileRecord], operations) -> dict[bytes, FileStat]:
    """The store's paths and stats after the operations, as `intake` would leave them."""
    result = {path: one.stat for path, one in known.items()}
    for operation in operations:
        match operation:
            case Forget(before):
                del result[before.path]
            case Move(before, seen):
                del result[before.path]
                result[seen.path] = seen.stat
            case Read(seen) | Return(_, seen):
                result[seen.path] = seen.stat
    return result


@settings(deadline=None)
@given(trees, trees)
def test_a_plan_makes_the_store_equal_to_the_tree(before, after):
    """Whatever the store knew: afterwards it holds the tree's paths and stats."""
    known = {path: record(path, stat) for path, stat in before.items()}
    operations = plan_scan(known.values(), tree(after))
    assert carried_out(known, operations) == after


@settings(deadline=None)
@given(trees, trees)
def test_an_unchanged_tree_needs_nothing_done(before, after):
    """A plan carried out leaves nothing to plan."""
    known = {path: record(path, stat) for path, stat in before.items()}
    carried = carried_out(known, plan_scan(known.values(), tree(after)))
    settled = [record(path, stat) for path, stat in carried.items()]
    assert plan_scan(settled, tree(after)) == []


@settings(deadline=None)
@given(trees, trees)
def test_a_path_is_in_one_operation_only(before, after):
    """No path is both read and forgotten, or moved twice."""
    known = [record(path, stat) for path, stat in before.items()]
    touched: list[bytes] = []
    for operation in plan_scan(known, tree(after)):
        match operation:
            case Move(old, seen):
                touched += [old.path, seen.path]
            case Forget(old) | Ghost(old, _):
                touched.append(old.path)
            case Read(seen) | Return(_, seen):
                touched.append(seen.path)
    assert len(touched) == len(set(touched))


@settings(deadline=None)
@given(trees)
def test_an_offline_root_forgets_nothing(before):
    """A root that is away turns its files into ghosts, once."""
    known = [record(path, stat) for path, stat in before.items()]
    operations = plan_scan(known, tree({}, offline=True))
    assert operations == [Ghost(one, FileState.OFFLINE) for one in known]
    ghosts = [replace(one, state=FileState.OFFLINE) for one in known]
    assert plan_scan(ghosts, tree({}, offline=True)) == []
    assert plan_paths({one.path: one for one in known}, tree({}, offline=True)) == []


@settings(deadline=None)
@given(trees)
def test_ghosts_come_back_without_being_read(before):
    """A root that is back, unchanged, costs no reading."""
    ghosts = [record(path, stat, state=FileState.OFFLINE) for path, stat in before.items()]
    assert all(isinstance(one, Return) for one in plan_scan(ghosts, tree(before)))


@settings(deadline=None)
@given(trees)
def test_a_folder_without_permission_forgets_nothing(before):
    """EACCES is not a deletion: what lies below becomes a ghost, the rest goes."""
    known = [record(path, stat) for path, stat in before.items()]
    for operation in plan_scan(known, tree({}, unreadable=frozenset([b"/r/d"]))):
        match operation:
            case Ghost(one, state):
                assert one.path.startswith(b"/r/d/")
                assert state is FileState.UNREADABLE
            case Forget(one):
                assert not one.path.startswith(b"/r/d/")


def test_a_rename_is_a_move():
    """The same inode, size and mtime under another name: nothing is read."""
    stat = FileStat(5, LONG_AGO_NS, LONG_AGO_NS, 7, 1)
    renamed = replace(stat, ctime_ns=LONG_AGO_NS + 9)
    before = record(b"/r/a", stat)
    assert plan_scan([before], tree({b"/r/b": renamed})) == [
        Move(before, Seen(b"/r/b", "image", renamed))
    ]


def test_a_device_is_no_part_of_identity():
    """After a reboot a volume may have another number: nothing is read, a rename stays a move."""
    stat = FileStat(5, LONG_AGO_NS, LONG_AGO_NS, 7, device=1)
    again = replace(stat, device=2)
    before = record(b"/r/a", stat)
    assert plan_scan([before], tree({b"/r/a": again})) == []
    assert plan_scan([before], tree({b"/r/b": again})) == [
        Move(before, Seen(b"/r/b", "image", again))
    ]


def test_a_file_without_an_item_is_not_moved():
    """A renamed file that failed before is read again under its new name."""
    stat = FileStat(5, LONG_AGO_NS, LONG_AGO_NS, 7, 1)
    before = record(b"/r/a", stat, item=None)
    operations = plan_scan([before], tree({b"/r/b": stat}))
    assert operations == [Read(Seen(b"/r/b", "image", stat)), Forget(before)]


def test_a_racy_file_is_read_again():
    """A change within the clock's granularity after the last look cannot hide."""
    stat = FileStat(5, LONG_AGO_NS, (NOW_MS - 500) * 1_000_000, 7, 1)
    assert plan_scan([record(b"/r/a", stat)], tree({b"/r/a": stat})) == [
        Read(Seen(b"/r/a", "image", stat))
    ]


def test_force_reads_everything():
    """`rescan --force` reads files that look unchanged."""
    stat = FileStat(5, LONG_AGO_NS, LONG_AGO_NS, 7, 1)
    operations = plan_scan([record(b"/r/a", stat)], tree({b"/r/a": stat}), force=True)
    assert operations == [Read(Seen(b"/r/a", "image", stat))]


def test_a_mass_delete_needs_both_share_and_number():
    """Two of three files may go; two hundred of three hundred wait for a word."""
    assert not is_mass_delete(2, 3, share=0.5, count=100)
    assert is_mass_delete(200, 300, share=0.5, count=100)
    assert not is_mass_delete(200, 3_000, share=0.5, count=100)
    assert not is_mass_delete(0, 0, share=0.5, count=1)
