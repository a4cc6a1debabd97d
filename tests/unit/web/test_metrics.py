"""Prometheus at the page's door: for whoever has the token, and only where it is wanted."""

import socket

from fake_engine import FakeEngine, served
from prometheus_client.parser import text_string_to_metric_families

from muserd.web import loopback_hosts, web_app
from tests.unit.web.page import TOKEN, Page, make_access


def test_metrics_are_what_prometheus_reads(page):
    """By a bearer token, as scrapers send it; with a name for every value."""
    bearer = {"Authorization": f"Bearer {TOKEN}"}
    status, headers, body = page.ask("/metrics", token=False, headers=bearer)
    assert (status, headers["content-type"]) == (200, "text/plain; version=0.0.4; charset=utf-8")
    families = {one.name: one for one in text_string_to_metric_families(body.decode())}
    assert families["muser_queue_files"].samples[0].value == 3
    items = {one.labels["space"]: one.value for one in families["muser_items"].samples}
    assert items == {"image": 1_200, "text": 1_200}
    assert all(one.documentation for one in families.values())
    assert page.status("/metrics", token=False) == 401


def test_without_the_key_there_are_none(tmp_path):
    """`web.metrics` is false by default: the address is one that does not exist."""
    bound = socket.socket()
    bound.bind(("127.0.0.1", 0))
    port = bound.getsockname()[1]
    engine = FakeEngine(tmp_path)
    hosts = loopback_hosts(port)
    access = make_access(tmp_path)
    app = web_app(engine, site_folder=tmp_path, access=access, allowed_hosts=hosts, metrics=False)
    with served(app, bound):
        assert Page(engine, tmp_path, port, access).status("/metrics") == 404
