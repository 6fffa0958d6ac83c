"""`catalog`: 100,000 instances in 2,000 series stream into the real window."""

from __future__ import annotations

import json
from pathlib import Path

import data as bench_data
from harness import Row, run_child

MOST_MB, MOST_FILTER_MS = 400, 100


def rows(data: Path | None, scratch: Path) -> list[Row]:
    """The row of the window with a large catalog."""
    told: list[dict[str, float]] = []

    def longest() -> float:
        said, _ = run_child("catalog_window.py", bench_data.many(scratch), scratch / "home-window")
        told.append(json.loads(said.splitlines()[-1]))
        return told[-1]["longest_ms"]

    def held() -> tuple[bool, str]:
        most = {key: max(one[key] for one in told) for key in told[0]}
        fine = (
            min(one["instances"] for one in told) == 100_000
            and most["filter_ms"] <= MOST_FILTER_MS
            and most["window_mb"] <= MOST_MB
        )
        return fine, (
            f"the thread's own work {most['busy_ms']:.0f} ms at most, 99.9 % of all gaps within"
            f" {most['p999_ms']:.0f} ms; filter {most['filter_ms']:.0f} ms; window"
            f" {most['window_mb']:.0f} MB, and {most['scan_mb']:.0f} MB in the scan's process;"
            f" {100_000 / told[-1]['seconds']:,.0f} files/s"
        )

    return [Row("catalog", longest, None, 30, "ms", rounds=3, check=held, peak=False)]
