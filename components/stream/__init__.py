"""Streams: topics that remember. Every event has a position, and whoever follows misses none."""
