"""Long-poll at `/lp`, as AutobahnJS speaks it: WAMP by short requests, where WebSocket does not get through."""
