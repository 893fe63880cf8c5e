"""Reads and writes of the logos of clients that registered themselves."""

from typing import Final

from ostiary.issuer.logo import KeepLogo, Logo
from ostiary.store.shapes import Shape
from ostiary.store.statements import Steps

LOGO: Final = Shape(Logo, "logos", ("id",))
BY_ID: Final = LOGO.by("id")


def keep(write: KeepLogo) -> Steps[None]:
    yield LOGO.add_new, LOGO.values(write.logo)
