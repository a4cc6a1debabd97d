"""Tags in the text, and excerpts without the markup of any dialect."""

from collections.abc import Callable

import pytest

from muserd.extract.dialects import to_commonmark
from muserd.extract.excerpt import EXCERPT_CHARACTERS
from muserd.extract.markdown import _cut, read_markdown
from muserd.extract.note import Note

Read = Callable[..., Note]
BASE64 = "iVBORw0KGgoAAAANSUhEUgAA" * 4_000


@pytest.mark.parametrize(
    ("text", "tags"),
    [
        (
            "We talked about #gardening and #area/sub-topic. See https://x.org/#frag, C#, #123.",
            ("gardening", "area/sub-topic"),
        ),
        (
            "#one,#two (#three) *#four* “#five” #six/",
            ("one", "two", "three", "four", "five", "six"),
        ),
        ("#две_сова #日記 #été #2024 #y2024 #🦉", ("две_сова", "日記", "été", "y2024", "🦉")),
        (
            "Bear's #two words# and #one# and #a b c#, but # not this# and F# or G#.",
            ("two words", "one", "a b c"),
        ),
        ("Logseq's #[[two words]] and #one", ("two words", "one")),
        ("Colours #ff0000 and #0f0, the word #cafe.", ("cafe",)),
        ("`#code` and ``` #code ``` and [#link](#frag) and \\#escaped and <b>#html</b>", ("html",)),
        ("```sh\n# comment\n#tag\n```\n\n    #indented\n\n#real", ("real",)),
        ("foo#bar, a/#b, &#39; issue#12, #12-3, ##heading", ()),
        ("# Heading #inheading\n\n## Not a tag", ("inheading",)),
        ("#same #same #Same", ("same", "Same")),
    ],
)
def test_tags_in_the_text(text: str, tags: tuple[str, ...], read_text: Read) -> None:
    assert read_text(text).facts.tags == tags


def test_tags_of_the_head_come_first(read_text: Read) -> None:
    assert read_text("---\ntags: [b, a]\n---\nText #c #a").facts.tags == ("b", "a", "c")
    assert read_text("Some text with #tag\n\nand C#.", "x.txt").facts.tags == ("tag",)
    org = "#+title: T\n#+filetags: :a:b:\n* Head :c:d:\nText\n** Other :a:\nMore #no tag"
    assert read_text(org, "x.org").facts.tags == ("a", "b", "c", "d")


@pytest.mark.parametrize(
    ("text", "excerpt"),
    [
        (f"![shot](data:image/png;base64,{BASE64})\n\nAfter it.", "After it."),
        (f"![shot][1]\n\nAfter it.\n\n[1]: data:image/png;base64,{BASE64}", "After it."),
        (f'<img src="data:image/png;base64,{BASE64}">\n\nAfter it.', "After it."),
        (f"Before {BASE64} after it.", "Before after it."),
        ("> [!note] Remember\n> the milk", "Remember the milk"),
        ("> [!warning]- Mind\n> the gap", "Mind the gap"),
        ("- [ ] buy milk\n- [x] sold\n* [>] later", "buy milk sold later"),
        ('{{< figure src="a.jpg" >}}\n\nText {{% note %}}here{{% /note %}}.', "Text here."),
        ("{% include x.html %}\n\nText {{ page.title }}end <% tp.date.now() %>.", "Text end ."),
        (":::note Title\n\nInside.\n\n:::\n\nAfter.", "Title Inside. After."),
        ("::: {.warning}\nInside.\n:::\n\nAfter.", "Inside. After."),
        ('!!! note "Title"\n\n    Inside.\n\nAfter.', "Title Inside. After."),
        ("A paragraph. ^blockid\n\nAnother. ^b-2", "A paragraph. Another."),
        (
            "[![build](https://a/b.svg)](https://c) [![npm](https://d.svg)](https://e)\n\nText.",
            "Text.",
        ),
        ("![alt text](a.jpg)\n\nText.", "Text."),
        (
            "![[photo.jpg|300]]\n\nText with [[a note#part|a name]] and [[other]].",
            "Text with a name and other.",
        ),
        (
            "Prices fell 5%% in May and rose 7%% in June",
            "Prices fell 5%% in May and rose 7%% in June",
        ),
        ("Seen %%not seen%% and %% nor this %% again.", "Seen and again."),
        ("%%\nhidden\n\nhidden too\n%%\n\nText.", "Text."),
        (
            "Marked ==word== and ~~gone~~[^1].\n\n[^1]: A footnote.",
            "Marked word and gone. A footnote.",
        ),
        (
            (
                "- TODO write\n  SCHEDULED: <2024-03-05 Tue>\n  id:: 64-1\n"
                "- done ((64b1f0aa-0000-4000-8000-000000000000))"
            ),
            "write done",
        ),
        ("[rating:: 5] Text (mood:: good).", "5 Text good."),
        ("[TOC]\n\n[[_TOC_]]\n\nText.\n{: .lead}\n\n*[HTML]: Hyper", "Text."),
        ("#tag #other\n\nText.", "Text."),
        ("<!-- hidden -->\n\nText.", "Text."),
        ("Text $$x^2$$ end.", "Text end."),
    ],
)
def test_excerpts_are_prose(text: str, excerpt: str, read_text: Read) -> None:
    note = read_text(text)
    assert note.facts.excerpt == excerpt
    assert "base64" not in note.text
    assert "iVBORw0KGgo" not in note.text


def test_code_is_left_as_it_is(read_text: Read) -> None:
    """What a dialect means is not meant in code: Matlab's cells, templates, tasks."""
    code = "%% cell\nx = 1 %% no comment %%\n{{ value }} {% tag %} ==x== ^id\n- [ ] t"
    assert read_text(f"```matlab\n{code}\n```\n\nText.").text == f"{code}\n\nText."


def test_excerpts_end_where_readers_would_end_them(read_text: Read) -> None:
    chinese = read_text("日記 " + "水" * 300).facts.excerpt
    assert len(chinese) == EXCERPT_CHARACTERS
    assert chinese.startswith("日記 水")
    assert chinese.endswith("水…")
    sentences = read_text("天气很好。" * 80).facts.excerpt
    assert len(sentences) == EXCERPT_CHARACTERS
    assert sentences.endswith("好。")
    family = "👨\u200d👩\u200d👧\u200d👦"
    families = read_text(family * 80).facts.excerpt.removesuffix("…")
    assert families == family * (len(families) // len(family))
    accents = read_text("e\u0301" * 300).facts.excerpt.removesuffix("…")
    assert accents.endswith("\u0301")
    hindi = read_text("यह एक वाक्य है। " * 40).facts.excerpt
    assert hindi.endswith("है।")
    assert read_text("ภาษาไทย" * 60).facts.excerpt[-1] == "…"
    assert len(read_text("x" * 5_000).facts.excerpt) == EXCERPT_CHARACTERS


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ('!!! note "Look"\n    inside\n\n    more\nafter', "Look\n\ninside\n\nmore\nafter"),
        ("??? tip\n    inside", "\n\ninside"),
        ("!!! tip\n    inside\nafter\n\n    code", "\n\ninside\nafter\n\n    code"),
        ('    !!! note "In"\n        inside\n    after', "In\n\n    inside\n    after"),
        ("!!!\n    code", "!!!\n    code"),
        ("    code !!!", "    code !!!"),
    ],
)
def test_what_is_indented_below_an_admonition_is_its_text(text: str, plain: str) -> None:
    """Until a line is indented no more than its mark; elsewhere indented text is code."""
    assert to_commonmark(text) == plain


@pytest.mark.parametrize(
    "code",
    ["```\n[[a]] ==b==\n```\n", "~~~~\n[[a]]\n~~~\n==b==\n~~~~~\n", "> ```\n> [[a]]\n> ```\n"],
)
def test_code_between_fences_stays(code: str) -> None:
    """A fence is closed by one that is as long at least, with nothing behind it."""
    assert to_commonmark(f"[[one]]\n{code}[[two|three]]\n") == f"one\n{code}three\n"


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("![A heron](a.png)", ["caption"]),
        ("![One](a.png)\n![Two](b.png)", ["caption"]),
        ("![A heron](a.png) stands there", ["prose"]),
        ("![A heron](a.png) `code`", ["prose"]),
        ("![A heron](a.png) <b>", ["prose"]),
        ("[![Badge](a.png)](https://x.org)", []),
        ("words", ["prose"]),
        ("#tag #other", ["caption"]),
        ("#tag and words", ["prose"]),
        ("# Heading {#id}", ["heading"]),
        ("    code", ["code"]),
    ],
)
def test_paragraphs_of_images_or_tags_are_no_prose(text: str, kinds: list[str]) -> None:
    """Badges say nothing at all."""
    assert [block.kind for block in read_markdown(text).blocks] == kinds


@pytest.mark.parametrize(
    ("text", "tags"),
    [
        ("#one `#code` [#link](x) #two", ("one", "two")),
        ("\\#none #[[two words]]", ("two words",)),
        ("```\n#code\n```\n#one", ("one",)),
    ],
)
def test_code_and_links_hold_no_tags(text: str, tags: tuple[str, ...]) -> None:
    assert read_markdown(text).tags == tags


def test_a_line_of_a_machine_is_cut() -> None:
    """Into pieces of twenty thousand characters, none of which is lost."""
    line = "ab " * 15_000
    assert "".join(_cut(line).split("\n")) == line
    assert [len(one) for one in _cut(line).split("\n")] == [20_000, 20_000, 5_000]
    assert _cut("x" * 20_000) == "x" * 20_000
