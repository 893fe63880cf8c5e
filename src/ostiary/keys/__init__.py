"""JOSE, key sets and their rotation, proofs; the one room that imports `cryptography`."""
