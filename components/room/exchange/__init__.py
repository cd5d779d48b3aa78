"""Rooms as lines of JSON: taken out of a database, and brought into one."""
