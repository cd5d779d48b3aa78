"""The command `openline`: what an operator types."""
