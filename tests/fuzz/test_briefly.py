"""The fuzz targets for a moment: seeds changed here and there, the same changes in every run."""

import os
import random
import re
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

import pytest

from . import http, signature, token

ROOT: Final = Path(__file__).parents[2]

ROUNDS = 4000
TOKENS = (
    b"\r\n",
    b"\n",
    b"\r",
    b"\x00",
    b" ",
    b"\t",
    b":",
    b"%2f",
    b"%00",
    b"..",
    b"//",
    b"chunked",
    b"Host: a",
    b"{",
    b'"',
    b";",
    b"=",
    b", ",
    b"(",
    b")",
)


def changed(source: random.Random, seed: bytes) -> bytes:
    """One to four changes: a byte, a cut, a repetition, something that parsers trip over."""
    data = bytearray(seed)
    for _ in range(source.randint(1, 4)):
        at = source.randrange(len(data) + 1)
        match source.randrange(4):
            case 0:
                data[at : at + 1] = bytes((source.randrange(256),))
            case 1:
                del data[at : at + source.randint(1, 8)]
            case 2:
                data[at:at] = data[at : at + source.randint(1, 30)]
            case _:
                data[at:at] = source.choice(TOKENS)
    return bytes(data)


@pytest.mark.parametrize(
    ("target", "seeds"),
    [
        (http.head, http.SEEDS),
        (http.answer, http.ANSWER_SEEDS),
        (http.chunked, http.CHUNKED_SEEDS),
        (token.token, token.SEEDS),
        (token.key_set, token.KEY_SET_SEEDS),
        (signature.fields, signature.SEEDS),
        (signature.digest, signature.DIGEST_SEEDS),
    ],
    ids=["head", "answer", "chunked", "token", "key-set", "signature", "digest"],
)
def test_nothing_unknown_comes_of_changed_seeds(target: Callable[[bytes], None], seeds: Sequence[bytes]) -> None:
    source = random.Random(7)
    for seed in seeds:
        target(seed)
    for _ in range(ROUNDS):
        target(changed(source, source.choice(seeds)))


def test_make_finds_all_that_the_targets_need() -> None:
    commands = subprocess.run(["make", "-n", "fuzz"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    found = re.findall(r"PYTHONPATH=(\S+) \S+ -m (tests\.fuzz\.\w+) ", commands)
    assert {name.rpartition(".")[2] for _, name in found} == {"http", "signature", "token"}
    for path, name in found:
        environment = {**os.environ, "PYTHONPATH": path}
        subprocess.run([sys.executable, "-c", f"import {name}"], cwd=ROOT, env=environment, check=True)
