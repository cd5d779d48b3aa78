"""Tells people on their devices what was said while they have no page open: Web Push."""
