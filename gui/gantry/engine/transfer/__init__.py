"""From a verified archive to a receipt: a module per kind of destination, one protocol for all."""
