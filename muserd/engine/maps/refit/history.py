"""What is remembered of fits: how they are told of, and which of them are deleted."""

from muserd.ground.records import FitNumber, FitRecord

KEPT = 12  # fits that can be rolled back to, per space


def outlived(fits: list[FitRecord]) -> list[FitNumber]:
    """Past fits that are no longer kept. Small layouts are never rolled back to."""
    past = [fit for fit in fits if fit.state == "past"]
    small = [fit.number for fit in past if fit.method == "small"]
    large = sorted(fit.number for fit in past if fit.method != "small")
    return small + large[:-KEPT]


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
