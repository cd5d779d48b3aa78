"""In the router worker: the topic, and an echo."""
