"""The same tests of what WAMP means, against a plain Crossbar and against this node."""
