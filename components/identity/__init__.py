"""Accounts: who signs in, by a password or by a provider; on which devices, in which role, and until when."""
