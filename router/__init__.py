"""What runs inside the router worker: who is this, may they, and how they reach us."""
