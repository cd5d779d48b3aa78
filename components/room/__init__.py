"""Rooms: people talk, and what they said stays said. Each room is a stream of its own."""
