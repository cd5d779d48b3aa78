"""Tests of the bench: its arithmetic, and that its generator notices what a faulty server does."""
