"""What a request must prove: identify, admit, authorize, limit, inspect, filter; `compile.py` makes the pipelines."""
