"""Another encoder: vectors go, items stay, the old map is shown until all is encoded anew."""

from tests.unit.engine.bench import Bench


def vectors(bench: Bench) -> int:
    with bench.parts.store.read() as reader:
        return len(list(reader.vectors("text")))


def test_a_switch_drops_the_vectors_and_queues_every_file(bench: Bench) -> None:
    bench.ingest("a.txt", "b.txt", "c.png")
    bench.publish()
    before = bench.item("a.txt")
    assert bench.parts.switch.begin("text") == 2
    assert vectors(bench) == 0
    assert bench.parts.pipeline.count("text") == 2
    assert bench.parts.pipeline.count("image") == 0  # the other space is as it was
    assert bench.item("a.txt") == before
    bench.finish()
    assert vectors(bench) == 2


def test_the_old_map_is_published_until_the_new_one_is_fitted(bench: Bench) -> None:
    bench.ingest("a.txt", "b.txt")
    bench.publish()
    manifest = bench.parts.site.manifest()
    assert manifest is not None
    bench.parts.switch.begin("text")
    bench.parts.publisher.flush_all()
    shown = bench.parts.site.manifest()
    assert shown is not None
    assert shown.spaces["text"] == manifest.spaces["text"]
    bench.finish()
    bench.publish()
    assert not bench.parts.refits.migrating
    shown = bench.parts.site.manifest()
    assert shown is not None
    assert shown.spaces["text"].fit != manifest.spaces["text"].fit


def test_a_switch_that_was_interrupted_goes_on_at_the_next_start(bench: Bench) -> None:
    bench.ingest("a.txt", "b.txt")
    bench.publish()
    bench.parts.switch.begin("text")
    bench.parts.pipeline.drop_root(bench.raw)  # what was queued is lost, as by a kill
    bench.parts.refits.migrating.clear()
    bench.load()
    bench.parts.switch.resume_all()
    assert bench.parts.refits.migrating == {"text"}
    assert bench.parts.pipeline.count("text") == 2


def test_what_the_former_encoder_reads_is_dropped(bench: Bench) -> None:
    bench.ingest("a.txt")
    bench.parts.pipeline.add(bench.raw, [bench.write("b.txt")])
    bench.parts.pipeline.feed()
    bench.parts.switch.begin("text")
    bench.hear()
    assert not bench.parts.pipeline.pending
