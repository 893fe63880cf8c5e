"""Identify, admit, authorize, limit, inspect, filter; `compile` turns a contract into pipelines, `decide` runs them."""
