"""The pages of the window: Send, Transfers, History, Log."""
