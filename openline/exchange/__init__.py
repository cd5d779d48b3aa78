"""Rooms out of a node, and into one: folders and archives of lines of JSON."""
