"""The status as Prometheus text.

Imported only where metrics are asked for: prometheus-client costs 2 MB.
"""

from collections.abc import Iterable, Iterator

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from muserd.engine.status import RootStatus, SpaceStatus, Status

MEDIA_TYPE = "text/plain; version=0.0.4; charset=utf-8"


def render(status: Status) -> bytes:
    """Prometheus text, version 0.0.4."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_StatusCollector(status))
    return generate_latest(registry)


class _StatusCollector(Collector):
    def __init__(self, status: Status) -> None:
        self._status = status

    def collect(self) -> Iterable[Metric]:
        yield from self._daemon()
        yield from self._spaces()
        yield from self._roots()

    def _daemon(self) -> Iterator[Metric]:
        status = self._status
        info = GaugeMetricFamily("muser_info", "Version and state.", labels=("version", "state"))
        info.add_metric((status.version, status.state), 1)
        yield info
        for name, words, value in (
            ("muser_uptime_seconds", "Time since the start.", status.uptime_s),
            ("muser_resident_bytes", "Memory of muserd itself.", status.rss_bytes),
            ("muser_problems", "What does not work as it should.", len(status.problems)),
            ("muser_queue_files", "Files that wait to be read.", status.queue.pending),
            ("muser_queue_oldest_seconds", "Age of the oldest of them.", status.queue.oldest_s),
            ("muser_failed_files", "Files with a record of a failure.", status.failures),
            ("muser_store_used_bytes", "LMDB pages in use.", status.store.map_used_bytes),
            ("muser_store_size_bytes", "Size of the LMDB map.", status.store.map_size_bytes),
            ("muser_disk_free_bytes", "Free on the state's disk.", status.store.disk_free_bytes),
        ):
            yield GaugeMetricFamily(name, words, value=value)
        yield CounterMetricFamily("muser_revision", "Published states.", value=status.revision)

    def _spaces(self) -> Iterator[Metric]:
        fits = GaugeMetricFamily("muser_fit_number", "The current fit.", labels=("space",))
        quality = GaugeMetricFamily(
            "muser_fit_trustworthiness", "Sampled, 0 to 1.", labels=("space",)
        )
        for name, words in _SPACE_GAUGES:
            family = GaugeMetricFamily(f"muser_{name}", words, labels=("space",))
            for space, one in self._status.spaces.items():
                family.add_metric((space,), _number(one, name))
            yield family
        for space, one in self._status.spaces.items():
            if one.fit is not None:
                fits.add_metric((space,), one.fit.number)
                if one.fit.trustworthiness is not None:
                    quality.add_metric((space,), one.fit.trustworthiness)
        yield from (fits, quality)

    def _roots(self) -> Iterator[Metric]:
        for name, words in _ROOT_GAUGES:
            family = GaugeMetricFamily(f"muser_root_{name}", words, labels=("path",))
            for root in self._status.roots:
                family.add_metric((root.path,), _number(root, name))
            yield family
        up = GaugeMetricFamily("muser_root_up", "1 when watched or polled.", labels=("path",))
        for root in self._status.roots:
            up.add_metric((root.path,), 1 if root.state in {"watching", "polling"} else 0)
        yield up


_SPACE_GAUGES = (
    ("items", "Items with a file."),
    ("settled", "Items that the current fit contains."),
    ("provisional", "Items placed after it."),
    ("regions", "Regions of the map."),
    ("outliers", "Items in no region."),
)
_ROOT_GAUGES = (
    ("files", "Known files."),
    ("directories", "Folders at the last scan."),
    ("watches", "Watches held."),
    ("overflows", "Times that events were lost and a scan made up for them."),
)


def _number(record: SpaceStatus | RootStatus, name: str) -> int:
    return int(getattr(record, name))
