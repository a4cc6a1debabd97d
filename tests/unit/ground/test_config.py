"""The configuration as people write it: what is taken, and what each mistake is told."""

import dataclasses

import msgspec
import pytest

from muserd.ground.config import Config, Root, flatten, parse, ranges
from muserd.ground.errors import ConfigError, UsageError
from muserd.ground.records import LayoutEngine
from muserd.ground.struct_checks import build, expected


def test_values_of_the_file_win_over_defaults() -> None:
    """What is not written keeps its default; a whole number will do for any number."""
    config = parse('title = "x"\n[layout]\nmin_dist = 1\n[[roots]]\npath = "/p"\nkinds = ["note"]')
    assert (config.title, config.layout.min_dist, config.web) == ("x", 1.0, Config().web)
    assert config.roots == (Root("/p", kinds=("note",)),)
    assert flatten(config)["layout.min_dist"] == 1.0


def test_it_cannot_be_changed() -> None:
    """It is handed to every thread."""
    with pytest.raises(AttributeError):
        Config().web.port = 1  # type: ignore[misc]
    assert not dataclasses.is_dataclass(Config)


WRONG = [
    ("titel = 1", "unknown key `titel`", "did you mean `title`?"),
    ("[web]\nprot = 1", "unknown key `web.prot`", "did you mean `web.port`?"),
    ("[wbe]\nport = 1", "unknown key `wbe`", "did you mean `web`?"),
    ("[logging]\nxyzzy = 1", "unknown key `logging.xyzzy`", "known: level, format"),
    ("[web]\nport = 70000", "`web.port` is 70000", "a whole number from 0 to 65535"),
    ("[web]\nport = -1", "`web.port` is -1", "a whole number from 0 to 65535"),
    ('[web]\nport = "1"', '`web.port` is "1"', "a whole number from 0 to 65535"),
    ("[web]\nport = 1.0", "`web.port` is 1.0", "a whole number from 0 to 65535"),
    ("[web]\nport = true", "`web.port` is true", "a whole number from 0 to 65535"),
    ("[web]\nmetrics = 1", "`web.metrics` is 1", "it must be true or false"),
    ("[layout]\nmin_dist = nan", "`layout.min_dist` is nan", "a number from 0.0 to 1.0"),
    ("[layout]\nmin_dist = -inf", "`layout.min_dist` is -inf", "a number from 0.0 to 1.0"),
    ("[layout]\nmin_dist = 1.01", "`layout.min_dist` is 1.01", "a number from 0.0 to 1.0"),
    ('[logging]\nlevel = "loud"', '`logging.level` is "loud"', 'one of "debug", "error"'),
    ("web = 1", "`web` is 1, not a table", "write [web]"),
    ("title = 5", "`title` is 5", "it must be a text"),
    ('[files]\nexclude = "a"', '`files.exclude` is "a"', "a list, each a text"),
    ("[files]\nexclude = [1]", "`files.exclude[0]` is 1", "it must be a text"),
    ("[roots]\npath = 1", "`roots` is {'path': 1}", "a list, each a table"),
    ("[[roots]]\nkinds = []", "`roots[0].path` is missing", "a text"),
    ('[[roots]]\npath = "a"', '`roots[0].path` is "a", a relative path', "write it in full"),
    ('[[roots]]\npath = "/a"\nkinds = []', "`roots[0].kinds` is empty", '"image", "note"'),
    ('[[roots]]\npath = "/a"\nkinds = ["x"]', '`roots[0].kinds[0]` is "x"', '"image", "note"'),
    ('[web]\nhost = "0.0.0.0"', '`web.host` is "0.0.0.0", not a loopback address', "SSH"),
    ('[encoders]\nimage = "clip:"', '`encoders.image` is "clip:"', "auto, builtin or clip:"),
    ("a = ", "not valid TOML", "line and column"),
]


@pytest.mark.parametrize(("text", "said", "hint"), WRONG)
def test_a_mistake_is_named_with_its_remedy(text: str, said: str, hint: str) -> None:
    """Origin, key, value; then what it must be, or the nearest right word."""
    with pytest.raises(ConfigError) as raised:
        parse(text, "/etc/muser.toml")
    assert raised.value.message.startswith("/etc/muser.toml: ")
    assert said in raised.value.message
    assert hint in raised.value.hint


def test_every_range_holds_at_both_of_its_ends() -> None:
    """The ends are allowed, what lies beyond is not."""
    assert len(ranges()) == 34
    for key, (least, most) in ranges().items():
        section, name = key.split(".")
        for value in (least, most):
            assert flatten(parse(f"[{section}]\n{name} = {value}"))[key] == value
        for value in (least - 1, most + 1):
            with pytest.raises(ConfigError, match=f"`{key}` is"):
                parse(f"[{section}]\n{name} = {value}")


def test_long_and_odd_values_are_shown_in_one_line() -> None:
    """A message is for a terminal."""
    with pytest.raises(ConfigError) as raised:
        parse('title = "x"\n[web]\nport = "' + "a" * 500 + '"')
    assert len(raised.value.message) < 150
    with pytest.raises(UsageError, match=r"`engine` is \"\\x1b\""):
        build(Odd, {"engine": "\x1b"}, UsageError)
    with pytest.raises(UsageError, match="`engine` is"):
        build(Odd, {"engine": "\ud800"}, UsageError)
    with pytest.raises(UsageError, match="unknown key `x`") as unknown:
        build(Empty, {"x": 1}, UsageError)
    assert unknown.value.hint == "nothing may be given here"


class Odd(msgspec.Struct, frozen=True):
    """A choice that may be left out."""

    engine: LayoutEngine | None = None


class Empty(msgspec.Struct, frozen=True):
    """No field."""


def test_optional_types_are_described_by_what_may_be_given() -> None:
    """Null is not what anybody is told to write."""
    assert expected(bool | None) == "true or false"
