"""The person's own files: by number, inside their root, never active."""

import pytest

SVG = b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>"


@pytest.mark.parametrize("number", [0, 4, 99, 4_294_967_295])
def test_guessed_ids_are_not_found(page, number):
    """An id that no item has tells nothing."""
    for route in ("/preview", "/original", "/api/similar", "/api/note"):
        assert page.status(f"{route}?id={number}") == 404


def test_originals_are_never_active(page):
    """A picture is shown, markup becomes plain text, everything is sandboxed."""
    _, headers, body = page.ask("/original?id=1")
    assert (headers["content-type"], body) == ("image/png", b"\x89PNG")
    _, headers, body = page.ask("/original?id=3")
    assert headers["content-type"] == "text/plain; charset=utf-8"
    assert body == b"<script>1</script>"
    assert "sandbox" in headers["content-security-policy"]
    page.engine.queries.files[7] = ("v.svg", "image/svg+xml")
    page.engine.queries.files[8] = ('w"\r\nx: y.bin', "application/xhtml+xml")
    for number, name in ((7, "v.svg"), (8, 'w"\r\nx: y.bin')):
        (page.engine.root / name).write_bytes(SVG)
        _, headers, _ = page.ask(f"/original?id={number}")
        assert headers["content-type"] == "application/octet-stream"
        assert headers["content-disposition"].startswith("attachment")
        assert "x" not in headers


def test_a_text_is_served_with_its_own_character_set(page):
    """A note in Windows-1251 is read by the browser as such; no other header comes along."""
    for charset, told in (("windows-1251", "windows-1251"), ("x\r\ny: z", "utf-8"), ("", "utf-8")):
        page.engine.queries.charsets[3] = charset
        _, headers, _ = page.ask("/original?id=3")
        assert headers["content-type"] == f"text/plain; charset={told}"
        assert "y" not in headers


def test_an_original_must_be_a_file_inside_its_root(page, tmp_path):
    """A link that leads out of the root, a folder, a FIFO, a vanished file: 404."""
    import os

    secret = tmp_path / "secret"
    secret.write_text("secret")
    root = page.engine.root
    (root / "link.png").symlink_to(secret)
    (root / "out").symlink_to(tmp_path)
    (root / "folder.png").mkdir()
    (root / "sub").mkdir()
    (root / "sub" / "a.png").write_bytes(b"\x89PNG")
    (root / "inside").symlink_to(root / "sub")
    os.mkfifo(root / "fifo.png")
    names = ("link.png", "out/secret", "folder.png", "fifo.png", "gone.png", "../secret")
    names += ("inside/a.png",)
    for number, name in enumerate(names, 20):
        page.engine.queries.files[number] = (name, "image/png")
        assert page.status(f"/original?id={number}") == 404, name


VIDEO = bytes(range(256)) * 4


@pytest.mark.parametrize(
    ("asked", "status", "span", "body"),
    [
        ("bytes=0-9", 206, "bytes 0-9/1024", VIDEO[:10]),
        ("bytes=1000-", 206, "bytes 1000-1023/1024", VIDEO[1000:]),
        ("bytes=1000-99999", 206, "bytes 1000-1023/1024", VIDEO[1000:]),
        ("bytes=-24", 206, "bytes 1000-1023/1024", VIDEO[1000:]),
        ("bytes=-9999", 206, "bytes 0-1023/1024", VIDEO),
        ("bytes=1024-", 416, "bytes */1024", b""),
        ("bytes=-0", 416, "bytes */1024", b""),
        ("bytes=9-3", 200, None, VIDEO),
        ("bytes=0-1,5-6", 200, None, VIDEO),
        ("lines=1-2", 200, None, VIDEO),
        ("bytes=-", 200, None, VIDEO),
        ("", 200, None, VIDEO),
    ],
)
def test_a_player_may_ask_for_a_range(page, asked, status, span, body):
    """One range is answered with its bytes; what is none is ignored (RFC 9110, 14.2)."""
    (page.engine.root / "v.mp4").write_bytes(VIDEO)
    page.engine.queries.files[9] = ("v.mp4", "video/mp4")
    answer, headers, got = page.ask("/original?id=9", headers={"range": asked} if asked else {})
    assert (answer, headers.get("content-range"), got) == (status, span, body)
    assert headers["content-type"] == "video/mp4"
    assert headers["accept-ranges"] == "bytes"
    assert "sandbox" in headers["content-security-policy"]
