"""Which regions that are on the map no more are still remembered."""

from collections.abc import Collection, Iterable

from muserd.ground.records import ItemId, Region, RegionId

SLEEPING = 500  # retired regions that may be revived, per space


def forgotten(regions: Iterable[Region], items: Collection[ItemId]) -> list[RegionId]:
    """Retired regions that are no longer kept: each refit may leave some, and none ever went.

    A region is revived where its medoid is, so those whose medoid is forgotten go, and of the
    others the oldest beyond SLEEPING. One that was named by hand stays. The highest id is never
    among them: ids are given once.
    """
    retired = sorted(
        (region for region in regions if region.retired and not region.pinned),
        key=lambda region: region.id,
    )
    lost = {region.id for region in retired[:-1] if region.medoid not in items}
    asleep = [region.id for region in retired if region.id not in lost]
    return sorted(lost.union(asleep[:-SLEEPING]))
