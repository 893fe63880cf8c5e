"""The SQL store (SQLite, PostgreSQL) behind one interface."""
