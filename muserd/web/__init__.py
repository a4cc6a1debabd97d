"""The page's door: the published site, live events and questions, over loopback HTTP."""

from muserd.web.app import web_app
from muserd.web.guard import loopback_hosts

__all__ = ["loopback_hosts", "web_app"]
