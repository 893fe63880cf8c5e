"""Identify, admit, authorize, limit, inspect, filter; `compile.py` turns a contract into pipelines."""
