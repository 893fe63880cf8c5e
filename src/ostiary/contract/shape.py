"""Hold the tree to the types of the file, and go on with what is left, so that one run finds every mistake.

`mending.py` says how what is wrong is mended or left out.
"""

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from ostiary.contract.document import Mapping, Node, Path, Place, locate, plain
from ostiary.contract.file import ContractFile
from ostiary.contract.mending import Mending, nearest_setting, owner_of, path_of
from ostiary.contract.mistakes import Code, Mistake
from ostiary.model.frozen import frozen

_ROUNDS = 100
_MOST = 1000
"""Mistakes of one round; with more, nothing is mended and no further check runs."""


@frozen
class Shaped:
    """What is left of the file. With mistakes it is good for further checks only."""

    file: ContractFile
    document: Node
    lost: frozenset[tuple[str, str]]
    """(section, setting) of what was left out; the setting is empty where an entry as a whole was."""
    broken: tuple[tuple[str, Node], ...]
    """Clients and routes that were left out as a whole, with their section."""


def shape(document: Node, name: str) -> tuple[Shaped | None, list[Mistake]]:
    """The file as types, and every mistake in it; None where the file is no mapping."""
    mistakes: list[Mistake] = []
    mending = Mending(document)
    for _ in range(_ROUNDS):
        try:
            file = ContractFile.model_validate(plain(mending.document))
            return Shaped(file, mending.document, frozenset(mending.lost), tuple(mending.broken)), mistakes
        except ValidationError as refused:
            errors = refused.errors(include_url=False, include_input=False)
        errors = [error for error in errors if error["type"] == "extra_forbidden"] or errors
        mistakes += [_mistake(mending.document, name, error) for error in errors[:_MOST]]
        if len(errors) > _MOST:
            says = f"There are {len(errors) - _MOST} more mistakes."
            mistakes.append(Mistake(name, 1, 1, Code.TOO_MUCH, says, "Mend those that are listed first."))
            break
        mending.mend(errors)
        if not isinstance(mending.document, Mapping):
            break
    return None, mistakes


_CODES: dict[str, Code] = {code.value: code for code in Code}
_TYPES = {
    "string_type": ("text", "Write text; put it in quotes if it looks like a number."),
    "bool_type": ("true or false", "Write `true` or `false`, without quotes."),
    "int_type": ("a whole number", "Write a whole number, without quotes."),
    "dict_type": ("a mapping", "Write `name: value` pairs below it, or remove the key."),
    "model_type": ("a mapping", "Write `name: value` pairs."),
    "model_attributes_type": ("a mapping", "Write `name: value` pairs."),
    "tuple_type": ("a list", "Write it as a list: `[one, two]`."),
    "list_type": ("a list", "Write it as a list: `[one, two]`."),
}


def _mistake(document: Node, name: str, error: ErrorDetails) -> Mistake:
    path = path_of(error)
    code, says, mend = _words(document, path, error)
    place = _place(document, path, code)
    return Mistake(name, place.line, place.column, code, says, mend)


def _place(document: Node, path: Path, code: Code) -> Place:
    return locate(document, path, key=code in (Code.UNKNOWN_KEY, Code.MISSING_KEY))


def _words(document: Node, path: Path, error: ErrorDetails) -> tuple[Code, str, str]:
    """Code, what is wrong and the mend. Never the value."""
    last, context = (str(path[-1]) if path else ""), error.get("ctx", {})
    insecure = next((str(step) for step in reversed(path) if str(step).startswith("insecure_")), None)
    match error["type"]:
        case "extra_forbidden":
            nearest = nearest_setting(document, path)
            mend = f"Write `{nearest}`." if nearest else _known(path)
            return Code.UNKNOWN_KEY, f"There is no setting `{last}` here.", mend
        case "missing" if insecure and last == "because":
            return Code.INSECURE_WITHOUT_REASON, f"`{insecure}` gives no reason.", "Add `because: ...`."
        case "missing":
            return Code.MISSING_KEY, f"`{last}` is missing.", f"Add `{last}: ...`."
        case "model_type" | "model_attributes_type" if insecure == last:
            mend = f"Write `{insecure}: {{value: ..., because: ...}}`."
            return Code.INSECURE_WITHOUT_REASON, f"`{insecure}` gives no reason.", mend
        case "enum" | "literal_error":
            return Code.NOT_A_CHOICE, f"`{last}` does not know this value.", f"Write one of {context.get('expected')}."
        case kind if kind in _TYPES:
            what, mend = _TYPES[kind]
            return Code.WRONG_TYPE, f"This has to be {what}.", mend
        case kind if kind in _CODES:
            return _CODES[kind], str(context.get("says")), str(context.get("mend"))
        case _:
            return Code.OUT_OF_RANGE, f"`{last}` is out of range: {error['msg']}.", "Choose another value."


def _known(path: Path) -> str:
    owner = owner_of(path)
    if owner is None:
        return "Remove it."
    return "Remove it, or use one of: " + ", ".join(sorted(owner.model_fields)) + "."
