"""YAML 1.2, read into a tree within bounds.

Tags are refused, keys are text and stand once, aliases are followed as far as the bound on nodes allows. Plain scalars
are read by the core schema (YAML 1.2 section 10.3.2).
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError, YAMLStreamError
from ruamel.yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

from ostiary.contract.document import Entry, Mapping, Node, Place, Scalar, Sequence
from ostiary.contract.mistakes import Code, Mistake
from ostiary.model.frozen import frozen

MAX_BYTES = 4 * 1024 * 1024
MAX_DEPTH = 64
MAX_ALIASED = 50_000
"""How many nodes all aliases together may stand for."""
_LOOK = "Look here and just before: a bracket or quote that is not closed, a tab, uneven indentation."


def read(text: bytes, name: str) -> tuple[Node | None, list[Mistake]]:
    """The tree, or None where there is no way to read on; and everything that is wrong so far."""
    if len(text) > MAX_BYTES:
        return None, [Mistake(name, 1, 1, Code.UNREADABLE, "The file is larger than 4 MiB.", "Make it smaller.")]
    try:
        decoded = text.decode("utf-8")
    except UnicodeDecodeError as error:
        line = text.count(b"\n", 0, error.start) + 1
        return None, [Mistake(name, line, 1, Code.UNREADABLE, "The file is not UTF-8.", "Save it as UTF-8.")]
    composer = _Composer(name)
    try:
        composer.take(YAML(typ="safe", pure=True).parse(decoded))
    except _Stop:
        return None, composer.mistakes
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = Place(mark.line + 1, mark.column + 1) if mark else composer.last
        composer.wrong(Code.SYNTAX, place, f"This is not YAML: {error.problem or error.context}.", _LOOK)
        return None, composer.mistakes
    except (YAMLError, YAMLStreamError, ValueError, OverflowError):
        composer.wrong(Code.SYNTAX, composer.last, "Characters after this are not allowed in YAML.", "Remove them.")
        return None, composer.mistakes
    return composer.root, composer.mistakes


class _Stop(Exception):
    """Reading on makes no sense; the mistake is recorded."""


@frozen
class _Built:
    """A complete node, how many nodes are in it, and how deep it nests."""

    node: Node
    nodes: int = 1
    height: int = 1


@dataclass(slots=True)
class _Open:
    """A collection that is not complete yet. `key` waits for its value."""

    place: Place
    anchor: str | None
    is_mapping: bool
    items: list[Node] = field(default_factory=list)
    entries: dict[str, Entry] = field(default_factory=dict)
    key: tuple[str | None, Place] | None = None
    """None: a key that was refused, so that its value is left out."""
    nodes: int = 1
    height: int = 1

    def built(self) -> _Built:
        node = Mapping(self.place, self.entries) if self.is_mapping else Sequence(self.place, tuple(self.items))
        return _Built(node, self.nodes, self.height)


class _Composer:
    """Builds the tree from the parser's events, without recursion."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.mistakes: list[Mistake] = []
        self.root: Node | None = None
        self.last = Place(1, 1)
        self._open: list[_Open] = []
        self._anchors: dict[str, _Built] = {}
        self._aliased = 0
        self._documents = 0

    def wrong(self, code: Code, place: Place, says: str, mend: str) -> None:
        self.mistakes.append(Mistake(self.name, place.line, place.column, code, says, mend))

    def take(self, events: Iterable[Event]) -> None:
        for event in events:
            if event.start_mark is not None:
                self.last = Place(event.start_mark.line + 1, event.start_mark.column + 1)
            self._take(event)
        if self.root is None:
            self.wrong(Code.SYNTAX, Place(1, 1), "The file is empty.", "Write at least `origin`.")

    def _take(self, event: Event) -> None:
        match event:
            case DocumentStartEvent():
                self._document()
            case ScalarEvent():
                self._check_tag(event.ctag)
                self._scalar(event)
            case SequenceStartEvent() | MappingStartEvent():
                self._check_tag(event.ctag)
                self._open.append(_Open(self.last, event.anchor, isinstance(event, MappingStartEvent)))
                self._check_depth(0)
            case SequenceEndEvent() | MappingEndEvent():
                done = self._open.pop()
                self._put(done.built(), done.anchor)
            case AliasEvent():
                self._alias(event.anchor)
            case _:
                pass

    def _document(self) -> None:
        self._documents += 1
        if self._documents > 1:
            self.wrong(Code.YAML_FEATURE, self.last, "A second document begins here.", "Keep one document in the file.")
            raise _Stop

    def _check_tag(self, tag: object) -> None:
        if tag is not None:
            self.wrong(Code.YAML_FEATURE, self.last, "Tags have no meaning in a contract.", "Remove the `!tag`.")

    def _check_depth(self, height: int) -> None:
        if len(self._open) + height > MAX_DEPTH:
            self.wrong(Code.TOO_MUCH, self.last, f"This nests deeper than {MAX_DEPTH} levels.", "Make it flatter.")
            raise _Stop

    def _scalar(self, event: ScalarEvent) -> None:
        text: str = event.value
        if any("\ud800" <= character <= "\udfff" for character in text):
            self.wrong(Code.SYNTAX, self.last, "Half of a surrogate pair is no character.", "Write the character.")
            text = "?"
        value = _core(text) if event.implicit[0] and event.style is None else text
        self._put(_Built(Scalar(self._place_of(event), value)), event.anchor, text)

    def _place_of(self, event: ScalarEvent) -> Place:
        """Nothing has no place of its own; it is where its key stands."""
        key = self._open[-1].key if self._open and event.value == "" and event.style is None else None
        return self.last if key is None else key[1]

    def _alias(self, anchor: str) -> None:
        known = self._anchors.get(anchor)
        if known is None:
            self.wrong(Code.SYNTAX, self.last, f"No `&{anchor}` is complete before this alias.", "Write it out.")
            known = _Built(Scalar(self.last, None))
        self._aliased += known.nodes
        if self._aliased > MAX_ALIASED:
            self.wrong(Code.TOO_MUCH, self.last, "The aliases unfold to too much.", "Use fewer aliases.")
            raise _Stop
        self._check_depth(known.height)
        self._put(known, None)

    def _put(self, built: _Built, anchor: str | None, text: str | None = None) -> None:
        if anchor is not None:
            self._anchors[anchor] = built
        if not self._open:
            self.root = built.node
            return
        parent = self._open[-1]
        parent.nodes += built.nodes
        parent.height = max(parent.height, built.height + 1)
        if not parent.is_mapping:
            parent.items.append(built.node)
        elif parent.key is None:
            parent.key = self._key(built.node, text), built.node.place
        else:
            self._pair(parent, parent.key, built.node)

    def _key(self, node: Node, text: str | None) -> str | None:
        if text is not None:
            return text
        if isinstance(node, Scalar) and isinstance(node.value, str):
            return node.value
        self.wrong(Code.YAML_FEATURE, node.place, "A key has to be text.", "Write a name as the key.")
        return None

    def _pair(self, parent: _Open, key: tuple[str | None, Place], node: Node) -> None:
        name, place = key
        parent.key = None
        if name is None:
            return
        if name in parent.entries:
            first = parent.entries[name].key.line
            says = f"`{name}` stands here again; the first is in line {first}."
            self.wrong(Code.KEY_REPEATED, place, says, "Keep one of them.")
            return
        parent.entries[name] = Entry(place, node)


_INT = re.compile(r"[-+]?[0-9]{1,18}")
_FLOAT = re.compile(r"[-+]?(\.[0-9]{1,32}|[0-9]{1,32}(\.[0-9]{0,32})?)([eE][-+]?[0-9]{1,2})?")
_WORDS = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}


def _core(text: str) -> str | int | float | bool | None:
    if text in _WORDS:
        return _WORDS[text]
    if _INT.fullmatch(text):
        return int(text)
    if _FLOAT.fullmatch(text):
        return float(text)
    return text
