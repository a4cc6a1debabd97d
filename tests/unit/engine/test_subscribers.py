"""Every open page is told of every event, until it leaves."""

from typing import Any

from muserd.engine.subscribers import Subscribers


def test_all_are_told_until_they_leave() -> None:
    subscribers, one, two = Subscribers(), [], []
    assert not subscribers
    leave = subscribers.add(one.append)
    subscribers.add(two.append)
    event: Any = object()  # it is passed on as it is
    subscribers.tell(event)
    leave()
    leave()  # a second time changes nothing
    subscribers.tell(event)
    assert (one, two) == ([event], [event, event])
    assert subscribers
