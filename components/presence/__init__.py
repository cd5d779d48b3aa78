"""Presence: who is here, in what state, and who is typing. One entry for each person, however many devices they use."""
