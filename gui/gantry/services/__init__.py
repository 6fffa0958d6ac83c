"""Services that the window and the terminal share: settings, destinations, jobs."""
