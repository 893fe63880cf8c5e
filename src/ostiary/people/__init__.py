"""Accounts, their credentials and sessions, consent."""
