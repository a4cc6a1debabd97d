"""The profile of macOS's sandbox; that the kernel takes it can be tried on a Mac only."""

import ctypes
import sys
from pathlib import Path

import pytest

from muserd.ground import seatbelt


def test_a_profile_forbids_before_it_allows(tmp_path: Path) -> None:
    """Network, programs and writing are denied; of writing, only what is named comes back."""
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "real")
    rules = seatbelt.profile([tmp_path / "link"]).splitlines()
    assert rules[:2] == ["(version 1)", "(allow default)"]
    for what in ("network*", "process-exec*", "process-fork", "file-write*"):
        assert f"(deny {what})" in rules
    (allowed,) = (rule for rule in rules if rule.startswith("(allow file-write* "))
    assert rules.index(allowed) > rules.index("(deny file-write*)")
    assert f'(subpath "{tmp_path / "real"}")' in allowed
    assert "link" not in allowed
    assert "read" not in allowed


@pytest.mark.parametrize("name", ['quo"te', "back\\slash", 'a") (allow network*) ("'])
def test_a_path_cannot_add_a_rule(tmp_path: Path, name: str) -> None:
    """Quotes and backslashes are escaped; brackets stay within their string."""
    text = seatbelt.profile([tmp_path / name])
    outside, inside, at = "", False, 0
    while at < len(text):
        if text[at] == "\\" and inside:
            at += 1
        elif text[at] == '"':
            inside = not inside
        elif not inside:
            outside += text[at]
        at += 1
    assert not inside
    assert outside.count("(") == outside.count(")")
    assert "allow network" not in outside


def test_elsewhere_nothing_is_done() -> None:
    """No library, no sandbox, no error."""
    if sys.platform == "darwin":
        pytest.skip("this is a Mac")
    assert not seatbelt.available()
    assert seatbelt.confine([]) is False


def test_a_refusal_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The system's words are in the error; what is asked is the profile, with no flags."""
    asked: list[tuple[bytes, int]] = []

    class Library:
        @staticmethod
        def sandbox_init(text: bytes, flags: ctypes.c_uint64, error: object) -> int:
            asked.append((text, flags.value))
            error._obj.value = b"no such rule"  # type: ignore[attr-defined]
            return -1

    monkeypatch.setattr(seatbelt, "_library", Library)
    monkeypatch.setattr(seatbelt, "_caches_of_frameworks", lambda: ["/var/caches"])
    with pytest.raises(OSError, match="no such rule"):
        seatbelt.confine([tmp_path])
    assert asked == [(seatbelt.profile([tmp_path, "/var/caches"]).encode(), 0)]
