"""Reads DICOM headers fast, and damaged ones as far as possible."""
