"""The transports in front of the broker: one policy for WebSocket, long-poll, and Server-Sent Events."""
