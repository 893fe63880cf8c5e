"""What a client's kind and settings come to, in words."""

from ostiary.contract.explain.client import Explanation, Way, explain_client
from ostiary.contract.explain.line import place
from ostiary.contract.explain.words import introspected, limit_in_words, refreshed, wanted

__all__ = [
    "Explanation",
    "Way",
    "explain_client",
    "introspected",
    "limit_in_words",
    "place",
    "refreshed",
    "wanted",
]
