"""Models of lists and trees; no widgets."""
