"""Previews a file: its tags and its picture, read in a separate process."""
