"""What `muserctl import` asks for, and what `import` and `adopt` say."""

import pytest

from muserd.ctl.commands import bulk_import
from muserd.ground.errors import BusyError, MuserError

DONE = {
    "to": "/shards",
    "shards": 3,
    "made": 2,
    "files": 1_200,
    "items": 1_190,
    "failed": 8,
    "again": 2,
    "bytes": 24_000_000,
    "seconds": 61.0,
    "encoders": {"image": "e@1"},
}
ADOPTED = {
    "shards": 2,
    "unfinished": 4,
    "items": 1_000,
    "files": 1_100,
    "known": 0,
    "changed": 3,
    "gone": 0,
    "left_out": 0,
    "again": 0,
    "refused": [{"name": "image-000001.parquet", "why": "image-000001.parquet: it is cut off"}],
}


@pytest.fixture
def asked(monkeypatch):
    """The requests that the import is started with."""
    requests = []

    def start(request, session):
        requests.append(request)
        return DONE

    monkeypatch.setattr(bulk_import, "_import", start)
    return requests


def test_the_shards_are_made_with_the_encoders_of_the_maps(up, ctl, asked, tmp_path):
    """Else they could not be adopted, after hours. The map of notes has none yet."""
    assert ctl("import", str(tmp_path), "--to", "/shards", "--space", "image")[0] == 0
    (request,) = asked
    assert request["keep"] == {"image": "e"}
    assert (request["folders"], request["spaces"]) == ([str(tmp_path)], ["image"])


def test_without_a_daemon_the_configuration_says_which(places, ctl, asked, tmp_path):
    status, out, err = ctl("import", str(tmp_path), "--to", "/shards")
    assert status == 0
    assert asked[0]["keep"] == {}
    assert "1,200 files in 3 shards (24 MB), 2 of them made now in 1 min 1 s" in out
    assert "8 files could not be read" in out
    assert "2 files could not be reached" in out
    assert "muserctl adopt /shards" in err


@pytest.mark.parametrize(
    ("said", "kind"), [({"exit": 11}, BusyError), ({"exit": 1}, MuserError), ({}, MuserError)]
)
def test_errors_keep_their_exit_status(said, kind):
    error = bulk_import._error({"message": "no", "hint": "do", **said})
    assert (type(error), error.message, error.hint) == (kind, "no", "do")


def test_an_import_that_was_killed_says_how_it_goes_on():
    """Whatever libraries wrote before."""
    killed = bulk_import._end(-9, "a warning of a library's")
    assert killed["message"] == "the import was ended by signal 9"
    assert "same command" in killed["hint"]
    assert bulk_import._end(1, "one\nKeyError: 'x'")["message"] == "KeyError: 'x'"


def test_adopting_says_what_was_taken_and_what_was_refused(up, ctl):
    up.engine.result = ADOPTED
    status, out, err = ctl("adopt", "/shards", "--root", "/nas=/home")
    assert status == 1
    assert "1,000 items new on the maps, 1,100 files taken from 2 shards" in out
    assert "3 files changed since" in out
    assert "refused: image-000001.parquet: it is cut off" in out
    assert "4 shards not made yet" in err
    (call,) = (one for one in up.engine.calls if one[0] == "adopt")
    assert str(call[1]) == "/shards"
    assert call[2] == {b"/nas": b"/home"}
