"""Starting and closing: first paint, single instance, tray."""
