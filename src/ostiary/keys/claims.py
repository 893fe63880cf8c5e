"""Claims whose signature held. Reading one checks its type: a wrong one makes the token malformed."""

from collections.abc import Mapping

from ostiary.model.errors import InvalidToken
from ostiary.model.frozen import frozen
from ostiary.model.reasons import Reason


@frozen
class VerifiedClaims:
    """Only `jwt.verify` and `assertion.verify` build it. Issuer, audience and times are still for the reader to check.

    Readers raise InvalidToken(TOKEN_MALFORMED) where a claim is missing or has another type.
    """

    values: Mapping[str, object]

    def text(self, name: str) -> str:
        value = self.values.get(name)
        if type(value) is not str:
            raise InvalidToken(Reason.TOKEN_MALFORMED)
        return value

    def text_or_none(self, name: str) -> str | None:
        return self.text(name) if name in self.values else None

    def integer(self, name: str) -> int:
        """An exact integer: no fraction, and `true` is not 1."""
        value = self.values.get(name)
        if type(value) is not int:
            raise InvalidToken(Reason.TOKEN_MALFORMED)
        return value

    def integer_or_none(self, name: str) -> int | None:
        return self.integer(name) if name in self.values else None

    def date(self, name: str) -> int:
        """A NumericDate that another party wrote: it may have a fraction, which is dropped (RFC 7519 section 2)."""
        value = self.values.get(name)
        if type(value) is not int and type(value) is not float:
            raise InvalidToken(Reason.TOKEN_MALFORMED)
        return int(value)

    def date_or_none(self, name: str) -> int | None:
        return self.date(name) if name in self.values else None

    def texts(self, name: str) -> tuple[str, ...]:
        """An array of texts; a single text counts as an array of one, as in `aud` (RFC 7519 section 4.1.3)."""
        value = self.values.get(name)
        if type(value) is str:
            return (value,)
        if type(value) is not list or not all(type(item) is str for item in value):
            raise InvalidToken(Reason.TOKEN_MALFORMED)
        return tuple(value)

    def texts_or_empty(self, name: str) -> tuple[str, ...]:
        return self.texts(name) if name in self.values else ()
