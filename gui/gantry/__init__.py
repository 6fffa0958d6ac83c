"""Gantry sends folders of DICOM to a server, whole, and proves it."""

__version__ = "0.1.0"
