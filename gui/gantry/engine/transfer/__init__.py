"""From a verified archive to a receipt: one module a destination, one protocol for all."""
