"""An installer of Gantry ships the licences of its parts with it, the LGPL of Qt above all."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "packaging" / "windows"))
import notices

SHIPPED = ["PySide6-Essentials", "shiboken6", "numpy", "requests", "pydicom", "python-gdcm"]


def test_each_part_s_licence_is_in_the_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # PyInstaller is only where programs are built.
    monkeypatch.setattr(notices, "BOOTLOADER", "pytest")
    notices.write(tmp_path, SHIPPED)
    notice = (tmp_path / "THIRD-PARTY.txt").read_text("utf-8")
    texts = tmp_path / "gantry-files" / "licences"
    for name in SHIPPED:
        assert f"\n{name.lower()} " in notice.lower().replace("_", "-")
    assert "GNU Lesser General Public License, version 3" in notice
    lgpl = (texts / "LGPL-3.0.txt").read_text("utf-8")
    assert "GNU LESSER GENERAL PUBLIC LICENSE" in lgpl
    assert "0. Additional Definitions." in lgpl
    assert "15. Disclaimer of Warranty." in (texts / "GPL-3.0.txt").read_text("utf-8")
    assert "libgfortran" in (texts / "numpy" / "LICENSE.txt").read_text("utf-8")
    assert list((texts / "Python").iterdir())
    assert not list(texts.rglob("*Commercial*"))


def test_a_part_without_a_licence_s_text_does_not_ship(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(notices, "BOOTLOADER", "requests")
    monkeypatch.setattr(notices, "_copy_texts", lambda found, target: False)
    with pytest.raises(SystemExit, match="requests"):
        notices.write(tmp_path, ["requests"])
