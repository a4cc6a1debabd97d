"""The web server of the page: the published site, live events and queries, on loopback."""

from muserd.web.app import web_app
from muserd.web.guard import loopback_hosts

__all__ = ["loopback_hosts", "web_app"]
