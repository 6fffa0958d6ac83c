"""Widgets for pages and dialogs."""
