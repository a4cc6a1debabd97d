"""What Prometheus scrapes, from the object that `muserctl status --json` prints.

Imported only where metrics are asked for: prometheus-client costs 2 MB.
"""

from collections.abc import Iterable, Iterator
from typing import Any

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

MEDIA_TYPE = "text/plain; version=0.0.4; charset=utf-8"


def render(status: dict[str, Any]) -> bytes:
    """Prometheus text, version 0.0.4. Values that the status does not have are left out."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Status(status))
    return generate_latest(registry)


class _Status(Collector):
    def __init__(self, status: dict[str, Any]) -> None:
        self._status = status

    def collect(self) -> Iterable[Metric]:
        yield from self._daemon()
        yield from self._spaces()
        yield from self._roots()

    def _daemon(self) -> Iterator[Metric]:
        status = self._status
        info = GaugeMetricFamily("muser_info", "Version and state.", labels=("version", "state"))
        info.add_metric((str(status.get("version", "")), str(status.get("state", ""))), 1)
        yield info
        queue = status.get("queue") or {}
        store = status.get("store") or {}
        for name, words, value in (
            ("muser_uptime_seconds", "Since the start.", status.get("uptime_s")),
            ("muser_resident_bytes", "Memory of muserd itself.", status.get("rss_bytes")),
            ("muser_queue_files", "Files that wait to be read.", queue.get("pending")),
            ("muser_queue_oldest_seconds", "Age of the oldest of them.", queue.get("oldest_s")),
            ("muser_failed_files", "Files with a record of a failure.", status.get("failures")),
            ("muser_store_used_bytes", "LMDB pages in use.", store.get("map_used_bytes")),
            ("muser_store_size_bytes", "Size of the LMDB map.", store.get("map_size_bytes")),
            ("muser_disk_free_bytes", "Free on the state's disk.", store.get("disk_free_bytes")),
        ):
            if isinstance(value, int | float):
                yield GaugeMetricFamily(name, words, value=value)
        if isinstance(status.get("revision"), int):
            yield CounterMetricFamily(
                "muser_revision", "Published states so far.", value=status["revision"]
            )

    def _spaces(self) -> Iterator[Metric]:
        families = {
            key: GaugeMetricFamily(f"muser_{key}", words, labels=("space",))
            for key, words in (
                ("items", "Items on the map."),
                ("settled", "Items that the current fit contains."),
                ("provisional", "Items placed after it."),
                ("regions", "Living regions."),
                ("outliers", "Items in no region."),
            )
        }
        fits = GaugeMetricFamily("muser_fit_number", "The current fit.", labels=("space",))
        quality = GaugeMetricFamily(
            "muser_fit_trustworthiness", "Sampled, 0 to 1.", labels=("space",)
        )
        for space, values in (self._status.get("spaces") or {}).items():
            for key, family in families.items():
                if isinstance(values.get(key), int | float):
                    family.add_metric((space,), values[key])
            fit = values.get("fit") or {}
            for key, family in (("number", fits), ("trustworthiness", quality)):
                if isinstance(fit.get(key), int | float):
                    family.add_metric((space,), fit[key])
        yield from (*families.values(), fits, quality)

    def _roots(self) -> Iterator[Metric]:
        families = {
            key: GaugeMetricFamily(f"muser_root_{key}", words, labels=("path",))
            for key, words in (
                ("files", "Known files."),
                ("directories", "Folders at the last scan."),
                ("watches", "Watches held."),
                ("overflows", "Lost events that a scan made up for."),
            )
        }
        states = GaugeMetricFamily("muser_root_up", "1 when watched or polled.", labels=("path",))
        for root in self._status.get("roots") or ():
            path = str(root.get("path", ""))
            for key, family in families.items():
                if isinstance(root.get(key), int | float):
                    family.add_metric((path,), root[key])
            up = root.get("state") in {"watching", "polling"}
            states.add_metric((path,), 1 if up else 0)
        yield from (*families.values(), states)
