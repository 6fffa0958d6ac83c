"""Texts for values, in the language of the window."""
