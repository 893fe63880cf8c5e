"""The shell: sockets, processes, upstream connections, clock, randomness, wiring."""
