"""What a suite that nobody here wrote says about our WebSocket."""
