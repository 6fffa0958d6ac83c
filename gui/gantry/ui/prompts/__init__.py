"""Questions to the user before and after a send."""
