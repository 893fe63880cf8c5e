"""What a client that registered itself may be called: a name that people read before they decide.

Whoever registers chooses it, so it must not be taken for another one's (RFC 7591 section 5, RFC 6819 section 5.2.4.1).
Unicode Technical Standard 39 has the look-alikes; a few of them are enough beside the rule that a name has one script.
"""

import unicodedata
from collections.abc import Iterable
from typing import Final
from urllib.parse import urlsplit

from ostiary.contract.model import Contract
from ostiary.issuer.readable import is_stacked, is_unseen
from ostiary.model.errors import InvalidClientMetadata
from ostiary.model.reasons import Reason

MOST: Final = 60
"""Characters."""
_MARKS: Final = frozenset(" -.,'&()+!")
_TOGETHER: Final = frozenset({"CJK", "HIRAGANA", "KATAKANA", "KATAKANA-HIRAGANA"})
_CYRILLIC: Final = dict(zip("асеорхуіѕјԁһкмтвн", "aceopxyisjdhkmtbh", strict=True))
_GREEK: Final = dict(zip("αορυνκιτχε", "aopuvkitxe", strict=True))
_ALIKE: Final = str.maketrans(_CYRILLIC | _GREEK | {"0": "o", "1": "l", "i": "l", "5": "s"})


def require_honest_name(name: str, contract: Contract) -> None:
    """Raise InvalidClientMetadata unless the name is short, of letters of one script, and unlike those of the
    contract."""
    plain = unicodedata.is_normalized("NFC", name) and name == " ".join(name.split()) and 0 < len(name) <= MOST
    if not plain or not all(map(_is_of_a_name, name)) or is_stacked(name) or len(_scripts(name)) > 1:
        raise InvalidClientMetadata(Reason.METADATA_NAME, "client_name")
    if not _look(name) or looks_taken(name, contract):
        raise InvalidClientMetadata(Reason.METADATA_NAME, "client_name")


def looks_taken(name: str, contract: Contract) -> bool:
    """Whether people could take it for one of the contract's clients, or for this door itself."""
    return _look(name) in {_look(taken) for taken in _taken(contract)}


def _is_of_a_name(character: str) -> bool:
    if is_unseen(character):
        return False
    return character in _MARKS or unicodedata.category(character) in ("Lu", "Ll", "Lt", "Lm", "Lo", "Mn", "Mc", "Nd")


def _scripts(name: str) -> set[str]:
    """By the first word of the names of its letters, which says the script; those of Japanese go together."""
    words = {unicodedata.name(each, "?").split(" ")[0] for each in name if each.isalpha()}
    return {"CJK" if word in _TOGETHER else word for word in words}


def _taken(contract: Contract) -> Iterable[str]:
    """What people know by name here: the clients of the contract, and the host itself."""
    yield from (urlsplit(contract.origin).hostname or "", "Ostiary")
    for client in contract.clients.values():
        if not client.registered:
            yield from (client.name, client.id)


def _look(name: str) -> str:
    """Names that look alike have one."""
    folded = unicodedata.normalize("NFKC", name).casefold()
    base = unicodedata.normalize("NFKD", folded.translate(_ALIKE))
    return "".join(each for each in base if each.isalnum()).replace("rn", "m").replace("vv", "w")
