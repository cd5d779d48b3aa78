"""Search in what was said: a query is read, looked up in an index that is kept with the messages, and shown."""
