"""Webhooks: programs post into rooms by an address of their own, and are sent what happens there."""
