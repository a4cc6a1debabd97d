"""What is remembered of fits: how they are told of, and which of them and of their regions go."""

from collections.abc import Collection, Iterable

from muserd.ground.records import FitNumber, FitRecord, ItemId, Region, RegionId

KEPT = 12  # fits that can be rolled back to, per space
SLEEPING = 500  # retired regions that may be revived, per space


def outlived(fits: list[FitRecord]) -> list[FitNumber]:
    """Past fits that are no longer kept. Small layouts are never rolled back to."""
    past = [fit for fit in fits if fit.state == "past"]
    small = [fit.number for fit in past if fit.method == "small"]
    large = sorted(fit.number for fit in past if fit.method != "small")
    return small + large[:-KEPT]


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


def measured(fit: FitRecord) -> dict[str, float | None]:
    """What a fit is worth."""
    quality, drift = fit.quality, fit.drift
    return {
        "trustworthiness": quality.trustworthiness if quality else None,
        "recall": quality.recall if quality else None,
        "drift_p50": drift.p50 if drift else None,
        "drift_p95": drift.p95 if drift else None,
        "kept_regions": drift.kept_regions if drift else None,
    }
