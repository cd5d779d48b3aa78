"""Streams over plain HTTP: Server-Sent Events, lines of JSON, and pages of the log."""
