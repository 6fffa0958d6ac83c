"""Real parcels of real DICOM, for tests that press Send."""

from __future__ import annotations

from pathlib import Path

from gantry.engine.cancel import CancelToken
from gantry.engine.intake.scan import Scanner
from gantry.engine.parcel import Parcel
from gantry.engine.plan import plan
from gantry.services.named_destinations import PRACTICE_NAME, PRACTICE_URL, Place
from support.dicom import make_study

PRACTICE = Place(PRACTICE_NAME, PRACTICE_URL)


def scanned_parcels(folder: Path, studies: int = 1) -> tuple[Parcel, ...]:
    """Writes studies below `folder`, scans them, and plans a parcel for each."""
    for number in range(studies):
        make_study(folder / f"study {number}", instances=3)
    scanner = Scanner(lambda update: None, CancelToken())
    scanner.add([str(folder)])
    return plan(scanner.run())
