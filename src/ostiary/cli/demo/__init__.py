"""`ostiary demo`: the example shop behind the front door, and a tour of it."""
