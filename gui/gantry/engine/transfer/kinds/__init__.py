"""The kinds of destination: one module each, named for its protocol."""
