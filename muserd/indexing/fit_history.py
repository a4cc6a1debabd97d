"""The fits that are remembered: how they are told of, and which are let go."""

from typing import Any

from muserd.ground.records import FitNumber, FitRecord

KEPT = 12  # fits that can be rolled back to, per space


def described(fit: FitRecord) -> dict[str, Any]:
    """A fit for status, history and answers."""
    quality, drift = fit.quality, fit.drift
    return {
        "space": fit.space,
        "number": fit.number,
        "at": fit.at_ms,
        "items": fit.items,
        "method": fit.method,
        "state": fit.state,
        "reason": fit.reason,
        "seconds": round(fit.seconds, 3),
        "trustworthiness": quality.trustworthiness if quality else None,
        "recall": quality.recall if quality else None,
        "drift_p50": drift.p50 if drift else None,
        "drift_p95": drift.p95 if drift else None,
        "kept_regions": drift.kept_regions if drift else None,
        "events": list(fit.events),
    }


def outlived(fits: list[FitRecord]) -> list[FitNumber]:
    """Past fits that are no longer kept. Small layouts are never rolled back to."""
    past = [fit for fit in fits if fit.state == "past"]
    small = [fit.number for fit in past if fit.method == "small"]
    large = sorted(fit.number for fit in past if fit.method != "small")
    return small + large[:-KEPT]
