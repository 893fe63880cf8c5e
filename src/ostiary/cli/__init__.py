"""The `ostiary` command."""
