"""What the node does: one package a capability, and the wire, database and streams they share."""
