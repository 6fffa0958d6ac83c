"""The desktop around the window: taskbar, sleep, file manager."""
