"""The file a user writes: read, check, expand the kinds, explain what came out.

Nothing is imported here: gateway workers and the issuer get a contract that their supervisor read, and start in half
the time without what reads files.
"""
