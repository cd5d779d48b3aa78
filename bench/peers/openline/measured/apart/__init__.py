"""In a process of its own: an echo."""
