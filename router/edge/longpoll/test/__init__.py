"""Tests of long-poll."""
