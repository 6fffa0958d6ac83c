"""Dialogs: settings, destinations, sign-in."""
