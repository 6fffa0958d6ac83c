"""HTTP for every kind of destination: one client, and what its errors mean."""
