"""Packs parcels into archives, verifies them, and reads them again."""
