"""Tests of the push component."""
