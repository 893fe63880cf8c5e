"""Ostiary: the front door of an API that many kinds of clients use."""

__version__ = "0.1.0"
