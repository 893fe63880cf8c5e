"""The shell of one gateway worker: sockets, clock, upstream connections, the feed and the record."""
