"""Gantry uploads folders of DICOM files and verifies that every file arrived."""

__version__ = "0.2.0"
