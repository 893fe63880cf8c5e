"""Operations of OpenAPI documents, as they are written in the world."""

import json
from collections.abc import Mapping

import pytest

from ostiary.contract.openapi_document import NoOpenApi
from ostiary.contract.operations import Operation, operations

HEAD = "openapi: 3.1.0\n"


def read(text: str, base_path: str = "", files: Mapping[str, str] | None = None) -> list[Operation]:
    def read_file(path: str) -> bytes:
        if path not in (files or {}):
            raise FileNotFoundError(2, "no such file")
        return (files or {})[path].encode()

    return operations(text.encode(), "api/shop.yaml", base_path, read_file)


def names(text: str, base_path: str = "", files: Mapping[str, str] | None = None) -> list[str]:
    return [operation.text for operation in read(text, base_path, files)]


PATHS = {
    "/a": {"get": {}, "post": {}, "parameters": [], "x-note": 1},
    "/b/{id}": {"delete": {}},
    "x-more": {"get": {}},
    "/c": None,
}


@pytest.mark.parametrize("version", [{"swagger": "2.0"}, {"openapi": "3.0.3"}, {"openapi": "3.1.1"}, {"openapi": 3.0}])
@pytest.mark.parametrize("indent", [None, 2], ids=["flow", "block"])
def test_every_version_is_read_from_json(version, indent: int | None) -> None:
    text = json.dumps({**version, "info": {}, "paths": PATHS}, indent=indent)
    assert names(text) == ["GET /a", "POST /a", "DELETE /b/{id}"]
    assert names("\ufeff" + text) == ["GET /a", "POST /a", "DELETE /b/{id}"]


def test_what_is_no_path_item_has_no_operations() -> None:
    assert names(f"{HEAD}paths:\n  x-more:\n    get: {{}}\n  /a:\n  /b: [get]\n  /c: get\n  /d:\n    get: {{}}\n") == [
        "GET /d"
    ]


def test_yaml_in_flow_style_is_read() -> None:
    assert names("{openapi: 3.1.0, paths: {/a: {get: {}}}}") == ["GET /a"]


@pytest.mark.parametrize("path", ['"/a"', "'/a'", "/a", "? /a\n  "])
def test_keys_are_read_however_they_are_quoted(path: str) -> None:
    assert names(f"{HEAD}paths:\n  {path}:\n    'get':\n      x: y\n") == ["GET /a"]


def test_the_place_is_that_of_the_method() -> None:
    yaml = f"{HEAD}paths:\n  /a:\n    get:\n      x: y\n  /b:\n    # why\n    get: {{}}\n"
    assert [(one.place.line, one.place.column) for one in read(yaml)] == [(4, 5), (8, 5)]
    pretty = json.dumps({"openapi": "3.1.0", "paths": {"/a": {"get": {}}, "/b": {"get": {}}}}, indent=2)
    assert [(one.place.line, one.place.column) for one in read(pretty)] == [(5, 7), (8, 7)]


SERVERS = [
    ("", "/a"),
    ("servers: [{url: /}]\n", "/a"),
    ("servers: [{url: /v1}]\n", "/v1/a"),
    ("servers:\n- url: https://shop.example/v1/\n", "/v1/a"),
    ("servers: [{url: 'https://{host}/v1'}]\n", "/v1/a"),
    ("servers: [{url: 'https://h.example/{base}', variables: {base: {default: v1}}}]\n", "/v1/a"),
    ("servers: [{url: 'https://[broken'}, {url: 7}, 8]\n", "/a"),
    ("servers: none\n", "/a"),
    ("basePath: /v1\n", "/v1/a"),
    ("basePath: 7\n", "/a"),
]


@pytest.mark.parametrize(("servers", "path"), SERVERS)
def test_a_server_s_path_stands_before_the_operation_s(servers: str, path: str) -> None:
    [operation] = read(f"{HEAD}{servers}paths:\n  /a:\n    get: {{}}\n")
    assert ("GET", tuple(path[1:].split("/"))) in operation.shapes
    assert ("GET", ("v2", "a")) not in operation.shapes


def test_the_door_s_own_base_path_is_taken_off() -> None:
    [operation] = read(f"{HEAD}servers: [{{url: /v1/shop}}]\npaths:\n  /a:\n    get: {{}}\n", base_path="/v1")
    assert ("GET", ("shop", "a")) in operation.shapes


@pytest.mark.parametrize("servers", ["[{url: /v2}]", "\n      - url: /v2"], ids=["flow", "block"])
def test_servers_of_a_path_stand_for_those_of_the_document(servers: str) -> None:
    text = f"{HEAD}servers:\n- url: /v1\npaths:\n  /a:\n    servers: {servers}\n    get: {{}}\n"
    [operation] = read(text)
    assert ("GET", ("v2", "a")) in operation.shapes
    assert ("GET", ("v1", "a")) not in operation.shapes


ODD_PATHS = [
    ("/a/{id}.json", "GET /a/{id}", ("a", None)),
    ("/a/{user-id}", "GET /a/{user-id}", ("a", None)),
    ("/a/{id}:cancel", "GET /a/{id}", ("a", None)),
    ("/a:batch", "GET /a:batch", ("a:batch",)),
    ("/{proxy+}", "GET /{proxy}", (None,)),
    ("/a/{2nd}", "GET /a/{p2nd}", ("a", None)),
    ("/a/", "GET /a/", ("a", "")),
    ("/", "GET /", ("",)),
    ("/a?kind=x", "GET /a", ("a",)),
    ("/a#Action", "GET /a", ("a",)),
    ("/a b", "GET /{ab}", (None,)),
    ("/caf%C3%A9", "GET /{cafC3A9}", (None,)),
    ("/a%2Db", "GET /a-b", ("a-b",)),
    ("/*", "GET /{p}", (None,)),
    ("/..", "GET /{p}", (None,)),
    ("/{a}/{a}/*/*", "GET /{a}/{a2}/{p}/{p2}", (None, None, None, None)),
]


@pytest.mark.parametrize(("path", "text", "segments"), ODD_PATHS)
def test_a_path_is_named_so_that_a_route_can_be_written_for_it(path: str, text: str, segments) -> None:
    [operation] = read(f'{HEAD}paths:\n  "{path}":\n    get: {{}}\n')
    assert operation.text == text
    assert operation.shapes == {("GET", segments)}


@pytest.mark.parametrize("path", ["//a", "/a//b", "/a//"])
def test_a_path_that_the_door_never_lets_through_needs_no_route(path: str) -> None:
    assert names(f"{HEAD}paths:\n  {path}:\n    get: {{}}\n  /b/:\n    get: {{}}\n") == ["GET /b/"]


def test_methods_of_newer_versions_are_operations_too() -> None:
    text = (
        "openapi: 3.2.0\npaths:\n  /a:\n    query: {}\n    additionalOperations: {COPY: {}, TRACE: {}, no method: {}}\n"
    )
    assert names(text) == ["QUERY /a", "COPY /a"]


def test_a_path_may_be_a_reference_within_the_document() -> None:
    text = (
        f"{HEAD}paths:\n  /a:\n    $ref: '#/components/pathItems/one'\n    post: {{}}\n"
        "components:\n  pathItems:\n    one: {get: {}}\n"
    )
    assert names(text) == ["GET /a", "POST /a"]


def test_a_path_may_be_in_another_file() -> None:
    text = f"{HEAD}paths:\n  /a: {{$ref: paths/a.yaml}}\n  /b:\n    $ref: ../more.json#/~1b%7D\n"
    files = {
        "api/paths/a.yaml": "get: {}\n$ref: b.yaml\n",
        "api/paths/b.yaml": "post: {}",
        "more.json": '{"/b}":{"put":1}}',
    }
    operation_places = [(one.text, one.place.line) for one in read(text, files=files)]
    assert operation_places == [("GET /a", 3), ("POST /a", 3), ("PUT /b", 4)]


def test_anchors_and_aliases_are_followed() -> None:
    text = f"{HEAD}x-common: &common\n  get: {{}}\npaths:\n  /a: &a\n    post: {{}}\n  /b: *a\n  /c: *common\n"
    assert names(text) == ["POST /a", "POST /b", "GET /c"]


UNREADABLE = [
    ("nothing", ""),
    ("no mapping", "[]"),
    ("no version", "paths: {}"),
    ("paths that are a list", f"{HEAD}paths: []"),
    ("paths as a whole elsewhere", f"{HEAD}paths: {{$ref: paths.yaml}}"),
    ("broken JSON", '{"openapi": "3.1.0", "paths": {'),
    ("deep JSON", '{"openapi": ' + "[" * 200_000),
    ("deep YAML", "openapi: " + "[" * 200_000),
    ("broken YAML", f"{HEAD}paths: {{"),
    ("a missing file", f"{HEAD}paths: {{/a: {{$ref: nowhere.yaml}}}}"),
    ("a file elsewhere", f"{HEAD}paths: {{/a: {{$ref: 'https://x.example/a.yaml'}}}}"),
    ("a reference to nothing", f"{HEAD}paths: {{/a: {{$ref: '#/components/none'}}}}"),
    ("a reference to itself", f"{HEAD}paths: {{/a: {{$ref: '#/paths/~1a'}}}}"),
    ("a reference that is no text", f"{HEAD}paths: {{/a: {{$ref: 7}}}}"),
]


@pytest.mark.parametrize("text", [case[1] for case in UNREADABLE], ids=[case[0] for case in UNREADABLE])
def test_what_cannot_be_known_is_refused(text: str) -> None:
    with pytest.raises(NoOpenApi):
        read(text)
    assert read(f"{HEAD}paths: {{}}") == []


def test_a_json_file_that_is_none_says_where() -> None:
    with pytest.raises(NoOpenApi) as refused:
        operations(b'{\n"openapi" 3}', "api.json", "", lambda path: b"")
    assert [(mistake.line, mistake.column) for mistake in refused.value.mistakes] == [(2, 11)]
    assert operations(b'{\n"openapi": 3}', "api.json", "", lambda path: b"") == []


def test_a_document_of_many_megabytes_is_read_by_its_outline() -> None:
    operation = "    get:\n      summary: Read\n" + "      x-long:\n" + "        - {much: text}\n" * 220
    text = HEAD + "paths:\n" + "".join(f"  /v1/things{n}/{{id}}:\n{operation}" for n in range(1000))
    text += "components:\n  schemas:\n" + "    S: {type: object}\n" * 1000
    assert len(text) > 5_000_000
    listed = read(text)
    assert len(listed) == 1000
    assert text.split("\n")[listed[-1].place.line - 1] == "    get:"
