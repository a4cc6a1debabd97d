"""Messages of other threads reach the loop in order."""

import threading

from muserd.engine.mailbox import Command, Mailbox, Wake


def test_all_that_was_posted_comes_in_order() -> None:
    mailbox: Mailbox[str] = Mailbox()
    for message in ("a", "b", "c"):
        mailbox.post(message)
    assert mailbox.take(0.0) == ["a", "b", "c"]
    assert mailbox.take(0.0) == []


def test_a_message_ends_the_wait() -> None:
    mailbox: Mailbox[str] = Mailbox()
    threading.Timer(0.05, mailbox.post, (Wake(),)).start()
    assert mailbox.take(30.0) == [Wake()]


def test_a_time_that_has_passed_is_no_wait() -> None:
    mailbox: Mailbox[str] = Mailbox()
    assert mailbox.take(-5.0) == []


def test_work_is_posted_as_a_command() -> None:
    mailbox: Mailbox[str] = Mailbox()
    done: list[int] = []
    mailbox.call(lambda: done.append(1))
    (command,) = mailbox.take(0.0)
    assert isinstance(command, Command)
    assert done == []  # nothing is done before the loop does it
    command.run()
    assert done == [1]
