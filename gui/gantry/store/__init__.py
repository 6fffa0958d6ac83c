"""What stays on this computer: settings, secrets, history, logs, spool, locks."""
