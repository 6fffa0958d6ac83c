"""Presets: files with destinations, a profile, a form for labels, and settings; signed or not."""
