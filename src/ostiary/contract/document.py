"""A document as a tree that remembers where everything stands."""

from collections.abc import Iterable

from ostiary.model.frozen import frozen

Step = str | int
Path = tuple[Step, ...]


@frozen
class Place:
    """From 1."""

    line: int
    column: int


@frozen
class Scalar:
    place: Place
    value: str | int | float | bool | None


@frozen
class Sequence:
    place: Place
    items: tuple["Node", ...]


@frozen
class Entry:
    key: Place
    node: "Node"


@frozen
class Mapping:
    place: Place
    entries: dict[str, Entry]


Node = Scalar | Sequence | Mapping


def plain(node: Node) -> object:
    """The tree as dicts, lists and values."""
    match node:
        case Scalar():
            return node.value
        case Sequence():
            return [plain(item) for item in node.items]
        case Mapping():
            return {key: plain(entry.node) for key, entry in node.entries.items()}


def locate(root: Node, path: Iterable[Step], *, key: bool = False) -> Place:
    """Where the last step of `path` that the file has stands: its value if that is a single one and `key` is not asked,
    else its key. An index into something that is no list stands for the thing itself."""
    place, node = root.place, root
    for step in path:
        if isinstance(node, Mapping) and isinstance(step, str) and step in node.entries:
            place, node = node.entries[step].key, node.entries[step].node
        elif isinstance(node, Sequence) and isinstance(step, int) and step < len(node.items):
            node = node.items[step]
            place = node.place
        elif isinstance(step, str):
            break
    return node.place if isinstance(node, Scalar) and not key else place


def at(root: Node, path: Iterable[Step]) -> Node | None:
    """What stands at `path`, if anything does."""
    node: Node | None = root
    for step in path:
        if isinstance(node, Mapping) and isinstance(step, str) and step in node.entries:
            node = node.entries[step].node
        elif isinstance(node, Sequence) and isinstance(step, int) and step < len(node.items):
            node = node.items[step]
        else:
            return None
    return node


def replaced(root: Node, path: Path, new: Node) -> Node:
    """The tree with `new` where the keys of `path` lead."""
    match root, path:
        case Mapping(), (str(step), *rest) if step in root.entries:
            entry = root.entries[step]
            changed = Entry(entry.key, replaced(entry.node, tuple(rest), new))
            return Mapping(root.place, root.entries | {step: changed})
        case _, ():
            return new
        case _:
            return root


def without(node: Node, path: Path) -> Node:
    """The tree without what stands at `path`."""
    match node, path:
        case Mapping(), (str(step), *rest) if step in node.entries:
            others = {name: entry for name, entry in node.entries.items() if name != step}
            entry = node.entries[step]
            if not _inside(entry.node, rest):
                return Mapping(node.place, others)
            return Mapping(node.place, node.entries | {step: Entry(entry.key, without(entry.node, tuple(rest)))})
        case Sequence(), (int(index), *rest) if index < len(node.items):
            kept = (without(node.items[index], tuple(rest)),) if rest else ()
            return Sequence(node.place, (*node.items[:index], *kept, *node.items[index + 1 :]))
        case _, (int(), *rest) if rest:
            return without(node, tuple(rest))
        case _:
            return node


def _inside(node: Node, path: list[Step]) -> list[Step]:
    """What of the path is left in `node`; the index of something that is no list stands for the thing itself."""
    return path if isinstance(node, Sequence) or not path or isinstance(path[0], str) else path[1:]


def renamed(node: Node, path: Path, name: str) -> Node:
    """The tree with the key at the end of `path` called `name`."""
    match node, path:
        case Mapping(), (str(step),) if step in node.entries:
            return Mapping(node.place, {name if key == step else key: at for key, at in node.entries.items()})
        case Mapping(), (str(step), *rest) if step in node.entries:
            entry = node.entries[step]
            changed = Entry(entry.key, renamed(entry.node, tuple(rest), name))
            return Mapping(node.place, node.entries | {step: changed})
        case Sequence(), (int(index), *rest) if index < len(node.items):
            changed_item = renamed(node.items[index], tuple(rest), name)
            return Sequence(node.place, (*node.items[:index], changed_item, *node.items[index + 1 :]))
        case _, (int(), *rest) if rest:
            return renamed(node, tuple(rest), name)
        case _:
            return node
