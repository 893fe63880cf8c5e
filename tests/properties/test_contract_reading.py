"""Whatever bytes a contract or an OpenAPI document has, reading them ends in mistakes and in nothing else."""

from hypothesis import given, settings
from hypothesis import strategies as st

from contract_door import FILES, OPENAPI, TEXT, read_door
from ostiary.contract.mistakes import Code, Severity
from ostiary.contract.openapi_document import NoOpenApi, read_openapi
from ostiary.contract.operations import operations

MARKS = "[]{},:&*!|>~'\"#%\n\t\r\x00\x85\ufeff\u2028💬"
WORDS = (
    "- ",
    "? ",
    ": ",
    "  ",
    "&a ",
    "<<: *a",
    "!!str ",
    "---\n",
    "...\n",
    "%YAML 1.1\n",
    "${env:X}",
    "$ref: '#/paths'",
)
PLAIN = ("null", "no", "true", ".nan", "0", "-1", "1e9", "9" * 21, "2026-11-24", "5m", "origin", "kind: web")
SNIPPETS = st.sampled_from([*MARKS, *WORDS, *PLAIN])
PIECES = SNIPPETS | st.text(max_size=8)


@st.composite
def mangled(draw: st.DrawFn, text: str) -> str:
    """The text with some pieces cut, doubled, moved, or put in."""
    for _ in range(draw(st.integers(1, 6))):
        start = draw(st.integers(0, len(text)))
        end = min(len(text), start + draw(st.integers(0, 40)))
        piece = draw(PIECES | st.just(text[start:end]) | st.just(text[start:end] * 2))
        at = draw(st.integers(0, len(text)))
        text = text[:start] + text[end:]
        text = text[:at] + piece + text[at:]
    return text


NO_TREE = frozenset({Code.SYNTAX, Code.UNREADABLE, Code.YAML_FEATURE, Code.TOO_MUCH})


def check(text: str | bytes) -> None:
    reading = read_door(text, files={**FILES, "state": "x"})
    refused = any(mistake.severity is Severity.ERROR for mistake in reading.mistakes)
    assert refused is (reading.contract is None)
    no_tree = any(mistake.code in NO_TREE for mistake in reading.mistakes)
    assert reading.draft is not None or no_tree or len(reading.mistakes) == 1, "the later checks have to run"
    for mistake in reading.mistakes:
        assert mistake.line >= 1
        assert mistake.column >= 1
    places = [(one.file, one.line, one.column) for one in reading.mistakes]
    assert places == sorted(places)


@given(st.binary(max_size=200) | st.text(max_size=200))
@settings(max_examples=300, deadline=None)
def test_any_bytes_are_a_contract_or_have_mistakes(text: str | bytes) -> None:
    check(text)


@given(mangled(TEXT))
@settings(max_examples=300, deadline=None)
def test_a_mangled_contract_is_a_contract_or_has_mistakes(text: str) -> None:
    check(text.encode("utf-8", "surrogatepass"))


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | SNIPPETS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5) | SNIPPETS, inner, max_size=3),
    max_leaves=6,
)


@given(st.sampled_from([line for line in TEXT.splitlines() if ": " in line]), VALUES)
@settings(max_examples=300, deadline=None)
def test_a_setting_of_any_value_is_taken_or_refused(line: str, value: object) -> None:
    indented = line[: len(line) - len(line.lstrip(" -"))] + line.split(":")[0].lstrip(" -")
    check(TEXT.replace(line, f"{indented}: {value!r}", 1).encode("utf-8", "surrogatepass"))


def listed(text: bytes, *, whole: bool) -> list[tuple[str, int, int]] | None:
    """None: refused."""
    try:
        if whole:
            read_openapi(text, "a.yaml", whole=True)
        return [(one.text, one.place.line, one.place.column) for one in operations(text, "a.yaml", "", _nothing)]
    except NoOpenApi:
        return None


def _nothing(path: str) -> bytes:
    raise FileNotFoundError(2, "no such file")


MORE = OPENAPI.replace("get: {}", "get:\n      summary: >-\n        Of many\n        lines\n      x: &a [1, {a: b}]", 1)
MORE = MORE.replace("  /v1/orders:\n", "  /v1/orders: &b\n    summary: |\n      Much\n", 1)


@given(mangled(MORE))
@settings(max_examples=300, deadline=None)
def test_a_mangled_document_is_one_or_is_refused(text: str) -> None:
    listed(text.encode("utf-8", "surrogatepass"), whole=False)


@given(mangled(MORE))
@settings(max_examples=300, deadline=None)
def test_what_the_whole_document_says_its_outline_says_too(text: str) -> None:
    encoded = text.encode("utf-8", "surrogatepass")
    try:
        whole = read_openapi(encoded, "a.yaml", whole=True)
        outlined = read_openapi(encoded, "a.yaml")
    except NoOpenApi:
        return
    paths = {path: sorted(item) for path, item in whole.paths.items() if isinstance(item, dict)}
    assert {path: sorted(item) for path, item in outlined.paths.items() if isinstance(item, dict)} == paths
    for path, methods in paths.items():
        for method in methods:
            assert outlined.place(("paths", path, method)) == whole.place(("paths", path, method))
