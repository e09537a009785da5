"""Connections, one protocol a file; each yields observations and never says what they mean."""
