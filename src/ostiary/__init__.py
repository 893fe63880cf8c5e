"""Ostiary: the front door of an API that many kinds of clients use."""
