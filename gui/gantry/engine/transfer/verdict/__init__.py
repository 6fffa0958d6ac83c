"""Judges whether an answer to a form POST means success, failure or neither."""
