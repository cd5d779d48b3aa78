"""Components of the bench: the same echo in the router worker and in a process of its own, and a topic."""
