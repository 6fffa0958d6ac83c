"""What several tests need: synthetic DICOM, servers, canary names."""
