"""Colours, icons, pictures."""
