"""What doors may have done: each command runs on the loop's thread and answers by a `Job`."""

import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path

from msgspec import structs

from muserd.engine import background, verify
from muserd.engine.assembly import Parts, checked_root
from muserd.engine.hands.collections import Collections
from muserd.engine.hands.exporter import Format, Manner
from muserd.engine.hands.selection import What
from muserd.engine.job_results import (
    BackedUp,
    CollectionChanged,
    Confirmed,
    Decided,
    Files,
    Fits,
    Forgotten,
    JobResult,
    NoFit,
    Refusal,
    Renamed,
    RootPath,
    ShownFit,
    Started,
    Switched,
    Verified,
    refusal,
)
from muserd.engine.jobs import Job, Jobs
from muserd.engine.status import FitSummary
from muserd.ground.config import Root
from muserd.ground.errors import MuserError, StoreFullError
from muserd.ground.gathered import Verdict
from muserd.ground.paths import Places
from muserd.ground.records import SPACES, ItemId, LayoutEngine, RegionId, Space


class Commands:
    """Thread-safe: a method hands its work to the loop and returns at once.

    Attributes:
        config: with the roots as commands have changed them.
        where: the folders of this instance.
    """

    def __init__(self, parts: Parts, where: Places) -> None:
        self.config = parts.config
        self.where = where
        self.hands = parts.hands
        self._parts = parts
        self._jobs = Jobs()

    def job(self, number: str) -> Job | None:
        """A job handed out before; None when it is not known any more."""
        return self._jobs.find(number)

    def refit(
        self, space: Space | None, *, fresh: bool = False, engine: LayoutEngine | None = None
    ) -> Job:
        """Make a new fit of one space, or of both; `engine` overrides the configured one."""

        def ask() -> None:
            for one in spaces:
                self._parts.refits.ask(one, fresh=fresh, engine=engine, job=parts[one])

        spaces = SPACES if space is None else (space,)
        job = self._jobs.new("refit")
        parts = {one: Job(f"refit-{one}") for one in spaces}
        self._parts.mailbox.call(lambda: self._do(job, ask))
        self._gather(job, list(parts.values()))
        return job

    def accept(self, space: Space | None) -> Job:
        """Show the fit that is held."""

        def show() -> Fits | Refusal:
            held = [one for one in SPACES if space in {None, one} and self._holds(one)]
            answers = [self._parts.refits.show(one, None) for one in held or [space or "image"]]
            return _together(answers)

        return self._on_thread("accept", show)

    def rollback(self, space: Space, number: int) -> Job:
        """Show an earlier fit again."""
        return self._on_thread("rollback", lambda: self._parts.refits.show(space, number))

    def sync(self) -> Job:
        """Scan everything; done when all of it is on the maps."""
        job = self._jobs.new("sync")
        self._parts.mailbox.call(lambda: self._parts.syncs.add(job))
        return job

    def rescan(self, root: bytes | None, *, force: bool) -> Job:
        """Scan one root or all; `force` encodes every file again."""

        def scan() -> JobResult:
            if root is not None and self._parts.roots.get(root) is None:
                return _unknown_root(root)
            self._parts.roots.want_scan(root, "asked", force=force)
            return Started()

        return self._on_thread("rescan", scan)

    def pause(self) -> None:
        """Take in no new files until `resume`."""
        self._parts.mailbox.call(lambda: self._parts.gate.user(rests=True))

    def resume(self) -> None:
        """Go on."""
        self._parts.mailbox.call(lambda: self._parts.gate.user(rests=False))

    def retry_failures(self, path: bytes | None) -> Job:
        """Try a failed file again, or all of them."""
        return self._on_thread("retry", lambda: Files(files=self._parts.retries.queue_now(path)))

    def add_root(self, root: Root) -> Job:
        """Watch a folder from now on. The configuration file is the caller's to change."""

        def add() -> JobResult:
            known = checked_root(root, self.where)
            if self._parts.roots.get(known.raw) is None:
                self._parts.root_changes.add(known)
                self.config = structs.replace(self.config, roots=(*self.config.roots, known))
            return RootPath(path=known.path)

        return self._on_thread("add-root", add)

    def remove_root(self, path: bytes, *, keep: bool = False) -> Job:
        """Stop watching a folder and take its items off the maps.

        Args:
            path: of the folder.
            keep: let its items wait for it for `resources.keep_deleted_days`; else they are
                forgotten at once.
        """

        def remove() -> JobResult:
            root = self._parts.roots.get(path)
            if root is None:
                return _unknown_root(path)
            items = self._parts.forgetting.items_of_root(path)
            self._parts.root_changes.remove(path)
            if not keep:
                self._parts.forgetting.gone(items)
            kept = tuple(one for one in self.config.roots if one.raw != path)
            self.config = structs.replace(self.config, roots=kept)
            return RootPath(path=root.config.path)

        return self._on_thread("remove-root", remove)

    def forget(self, paths: tuple[bytes, ...], *, deleted: bool) -> Job:
        """Forget what was at some paths, or all that was deleted, and compact the store."""

        def forget() -> JobResult:
            forgetting = self._parts.forgetting
            by_name = 0
            if deleted:
                items = forgetting.deleted()
            else:
                items, by_name = forgetting.paths(paths)
            before, after = forgetting.compact()
            return Forgotten(items=items, by_name=by_name, bytes_before=before, bytes_after=after)

        return self._on_thread("forget", forget)

    def confirm_root(self, path: bytes | None) -> Job:
        """Let go what a mass delete would forget."""
        return self._on_thread(
            "confirm", lambda: Confirmed(roots=self._parts.root_changes.confirm(path))
        )

    def rename_region(self, space: Space, region: int, name: str | None) -> Job:
        """Pin a region's name for good; None releases it until the next refit names it."""

        def rename() -> JobResult:
            known = self._parts.models[space].regions.get(RegionId(region))
            if known is None or known.retired:
                message = f"the {space} map has no region {region}"
                return refusal("no-such-region", message, "see: muserctl regions")
            changed = replace(known, name=name or known.name, pinned=name is not None)
            self._parts.refits.rename(space, changed)
            return Renamed(id=region, name=changed.name, pinned=changed.pinned)

        return self._on_thread("rename", rename)

    def switch_encoder(self, space: Space) -> Job:
        """Encode everything of a space anew with the configured encoder; see encoder_switch.py."""
        return self._on_thread(
            "switch", lambda: Switched(space=space, files=self._parts.switch.begin(space))
        )

    def verify(self, *, repair: bool = False) -> Job:
        """Check every invariant; `repair` makes caches and site anew."""

        def check() -> JobResult:
            parts = self._parts
            if repair:
                with parts.store.read() as reader:
                    for model in parts.models.values():
                        model.load(reader)
                parts.site.drop_damaged()
                for space in SPACES:
                    parts.publisher.note_whole(space, "repair")
                parts.publisher.flush()
            found = verify.problems(parts.store, parts.models, parts.site, parts.roots, parts.guard)
            return Verified(ok=not found, problems=tuple(found))

        return self._on_thread("verify", check)

    def backup(self, target: Path) -> Job:
        """Write a consistent copy of the store into a new folder."""

        def copy() -> JobResult:
            self._parts.store.backup(target)
            return BackedUp(path=str(target))

        return self._beside("backup", copy)

    def adopt(self, folder: Path, rebases: Mapping[bytes, bytes]) -> Job:
        """Take the shards of an import into the store: see `adopt.adopter`."""
        return self._beside("adopt", partial(self._parts.adopter.adopt, folder, rebases))

    def change_collections(self, change: Callable[[Collections], CollectionChanged]) -> Job:
        """Change collections; what they mirror is written before the job is done."""
        return self._beside("collections", lambda: change(self.hands.collections))

    def decide(self, items: list[ItemId], verdict: Verdict) -> Job:
        """Remember that items are no duplicates of one another."""

        def remember() -> JobResult:
            with self._parts.store.write() as writer:
                return Decided(pairs=self.hands.duplicates.decide(items, verdict, writer))

        return self._on_thread("decide", remember)

    def export(self, what: What, form: Format, target: str, how: Manner) -> Job:
        """Write a selection into a file or a folder."""
        return self._beside("export", partial(self.hands.exporter.write, what, form, target, how))

    def _holds(self, space: Space) -> bool:
        with self._parts.store.read() as reader:
            return any(fit.state == "held" for fit in reader.fits(space))

    def _beside(self, kind: str, work: Callable[[], JobResult]) -> Job:
        """Do `work` on a thread of its own."""
        job = self._jobs.new(kind)
        background.start(f"muserd-{kind}", work, lambda outcome: job.finish(_answer(outcome)))
        return job

    def _on_thread(self, kind: str, work: Callable[[], JobResult]) -> Job:
        job = self._jobs.new(kind)
        self._parts.mailbox.call(lambda: self._do(job, work))
        return job

    def _do(self, job: Job, work: Callable[[], JobResult | None]) -> None:
        """Do `work` on the loop's thread; its answer, if any, is given at the end of the round."""
        answer = _result_of(work)
        if answer is not None:
            self._parts.reporter.answer(job, answer)

    def _gather(self, whole: Job, parts: list[Job]) -> None:
        """Finish a job when all its parts are finished."""

        def wait() -> None:
            answers = [part.wait(timeout_s=None) for part in parts]
            result = _together(answers)
            self._parts.mailbox.call(lambda: self._parts.reporter.answer(whole, result))

        threading.Thread(target=wait, name="muserd-job", daemon=True).start()


def _together(answers: Iterable[JobResult | None]) -> Fits | Refusal:
    """The answers about each space as one; the first refusal, if there is one."""
    fits: list[FitSummary | ShownFit | NoFit] = []
    for answer in answers:
        if isinstance(answer, Refusal):
            return answer
        if isinstance(answer, FitSummary | ShownFit | NoFit):
            fits.append(answer)
    return Fits(fits=tuple(fits))


def _result_of(work: Callable[[], JobResult | None]) -> JobResult | None:
    """What `work` returns, or the error that it raised; None: it is answered later."""
    try:
        return work()
    except MuserError as error:
        return _answer(error)


def _answer(outcome: JobResult | MuserError) -> JobResult:
    """What whoever waits is told."""
    match outcome:
        case StoreFullError() as error:
            return refusal("full", error.message, error.hint)
        case MuserError() as error:
            return refusal(type(error).__name__, error.message, error.hint)
        case answer:
            return answer


def _unknown_root(path: bytes) -> Refusal:
    message = f"{path.decode(errors='backslashreplace')} is not a watched folder"
    return refusal("no-such-root", message, "see: muserctl roots")
