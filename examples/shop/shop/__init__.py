"""A small shop behind Ostiary: it trusts nobody but the gateway, and the gateway only by signature."""
