"""Scans paths to the end, for tests that only need the result."""

from __future__ import annotations

from pathlib import Path

from gantry.engine.cancel import CancelToken
from gantry.engine.instance import Instance
from gantry.engine.intake.catalog import Catalog
from gantry.engine.intake.scan import Scanner, ScanUpdate
from gantry.engine.intake.skipped import Skipped


def scan(*paths: Path | str) -> tuple[Catalog, list[Skipped]]:
    updates: list[ScanUpdate] = []
    scanner = Scanner(updates.append, CancelToken())
    scanner.add([str(path) for path in paths])
    catalog = scanner.run()
    return catalog, [skipped for update in updates for skipped in update.skipped]


def instances(catalog: Catalog) -> list[Instance]:
    return [instance for series in catalog.series for instance in series.instances]
