"""WebSocket at `/ws`: frames, handshake, and the connection that carries a session."""
