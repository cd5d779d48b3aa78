"""Procedures and topics that the tests speak about; the tests answer and publish them themselves."""
