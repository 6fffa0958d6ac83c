"""Helpers for several tests: synthetic DICOM, servers, canary names."""
