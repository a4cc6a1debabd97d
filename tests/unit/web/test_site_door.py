"""The published site: what is handed out of it, and what never is."""

import pytest

from tests.unit.web.page import ADDRESSES

TRAVERSALS = [
    "/../secret.txt",
    "/%2e%2e/secret.txt",
    "/assets/../../secret.txt",
    "/assets/%2e%2e/%2e%2e/secret.txt",
    "/..%2fsecret.txt",
    "/..%5csecret.txt",
    "//etc/passwd",
    "/%2fetc/passwd",
    "/./manifest.json/..",
    "/.tmp-secret",
    "/link.json",
    "/folder/secret.txt",
    "/assets",
    "/assets/",
    "/manifest.json/",
    "/manifest.json%00.html",
    "/%c0%ae%c0%ae/secret.txt",
    "/a/b/c/d/e/f/g",
    "/C:/secret.txt",
]


@pytest.mark.parametrize("target", TRAVERSALS)
def test_no_path_leads_out_of_the_site(page, target):
    """Dots, links, encodings, half-written files: 404, and never the secret."""
    status, _, body = page.ask(target)
    assert status == 404
    assert b"secret" not in body
    assert b"half" not in body


def test_hashed_files_are_kept_and_the_manifest_is_not(page):
    """Immutable names may be cached for a year; the rest is asked for again, by its tag."""
    assert "immutable" in page.ask("/columns/image-0-0123456789abcdef.json")[1]["cache-control"]
    assert "immutable" in page.ask("/assets/index-BcdEfg12.js")[1]["cache-control"]
    _, headers, _ = page.ask("/manifest.json")
    assert headers["cache-control"] == "no-cache"
    again = page.ask("/manifest.json", headers={"If-None-Match": headers["etag"]})
    assert (again[0], again[2]) == (304, b"")


def test_head_has_the_headers_and_no_body(page):
    """For every kind of answer, event streams included."""
    for address in ADDRESSES[:-1]:
        status, _, body = page.ask(address, method="HEAD")
        assert (status, body) == (200, b""), address
    assert page.ask("/original?id=1", method="HEAD")[1]["content-length"] == "4"
