"""The machine's policy: what an administrator allows to all users of a computer."""
