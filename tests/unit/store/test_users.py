"""Who may use the environment, and who waits."""

import threading
import time

import pytest

from muserd.ground.errors import BusyError
from muserd.store import users
from muserd.store.users import Users

SOON_S = 5.0


def later(work, *arguments):
    """Work in another thread; an event that is set once it is done."""
    done = threading.Event()

    def run():
        work(*arguments)
        done.set()

    threading.Thread(target=run, daemon=True).start()
    return done


def pass_through(block):
    with block():
        pass


def test_many_use_at_once_and_within_a_use():
    """A use inside a use counts once: when the outer one ends, nobody uses."""
    shared = Users()
    with shared.use():
        assert later(pass_through, shared.use).wait(SOON_S)
        with shared.use(), shared.use():
            pass
        assert not later(pass_through, shared.nobody).wait(0.05)
    with shared.nobody():
        pass


def test_who_keeps_all_out_waits_for_the_last_use():
    """And comes in when it ends, not before."""
    shared = Users()
    with shared.use():
        alone = later(pass_through, shared.nobody)
        assert not alone.wait(0.05)
    assert alone.wait(SOON_S)


def test_while_one_keeps_all_out_others_wait():
    """Users, and who wants to be alone too; all of them get their turn."""
    shared = Users()
    with shared.nobody():
        waiting = [later(pass_through, shared.use), later(pass_through, shared.nobody)]
        assert not waiting[0].wait(0.05)
        assert not waiting[1].wait(0.05)
    assert all(one.wait(SOON_S) for one in waiting)


def test_a_use_that_fails_is_over():
    shared = Users()
    with pytest.raises(ZeroDivisionError), shared.use(), shared.use():
        raise ZeroDivisionError
    with pytest.raises(ZeroDivisionError), shared.nobody():
        raise ZeroDivisionError
    with shared.nobody():
        pass
    assert later(pass_through, shared.use).wait(SOON_S)


def test_who_uses_cannot_keep_itself_out():
    """It would wait for itself."""
    shared = Users()
    with shared.use(), pytest.raises(BusyError, match="this very work"), shared.nobody():
        pass
    with shared.nobody():  # it may afterwards
        pass


def test_a_long_use_is_waited_for_in_vain(monkeypatch):
    """Then the others go on as before."""
    monkeypatch.setattr(users, "_PATIENCE_S", 0.05)
    shared, ended = Users(), threading.Event()

    def use_long():
        with shared.use():
            ended.wait(SOON_S)

    done = later(use_long)
    time.sleep(0.02)
    with pytest.raises(BusyError, match="reads the store"), shared.nobody():
        pass
    assert later(pass_through, shared.use).wait(SOON_S)
    ended.set()
    assert done.wait(SOON_S)
    with shared.nobody():
        pass
