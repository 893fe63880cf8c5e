"""An open loop: requests arrive at random when they are due, however slow the answers are.

It shares its CPU with the upstream, so it does little: every answer ends as the first one did, and nothing else of it
is read; epoll tells which lines to read, and select when to send, since it counts in microseconds. wrk (bench/load.py)
finds saturation; this tells how long strangers wait below it.
"""

import contextlib
import random
import select
import time
from collections.abc import Iterator, Sequence

from bench import client

STRANGERS = 64
"""Connections: so many that who arrives finds one free."""
LONGEST = 10.0
"""Seconds to wait for an answer."""

_chance = random.Random(1)


class Lost(RuntimeError):
    """An answer was not the expected one, or did not come."""


def arrive(lines: Sequence[client.Line], requests: Sequence[bytes], rate: float, ending: bytes) -> list[float]:
    """Send each request when it is due (`rate`: per second, Poisson) on a line that is free, or as soon as one is; how
    long each took in seconds, from when it was due. `ending`: of every answer, which has to be a 200."""
    sockets = {line.sock.fileno(): line.sock for line in lines}
    due, took = [*schedule(len(requests), rate), float("inf")], [0.0] * len(requests)
    free, carries, parts = list(sockets), dict.fromkeys(sockets, 0), dict.fromkeys(sockets, b"")
    sent, done, start = 0, 0, time.perf_counter()
    with select.epoll() as watched:
        for line in sockets:
            watched.register(line, select.EPOLLIN)
        while done < len(requests):
            now = time.perf_counter() - start
            while free and due[sent] <= now:
                line = free.pop()
                carries[line] = sent
                sockets[line].sendall(requests[sent])
                sent += 1
            wait = min(LONGEST, due[sent] - (time.perf_counter() - start)) if free else LONGEST
            if wait > 0 and not select.select((watched,), (), (), wait)[0] and wait == LONGEST:
                raise Lost("no answer")
            for line, _ in watched.poll(0):
                parts[line] += sockets[line].recv(65536)
                if parts[line].endswith(ending):
                    if parts[line][9:12] != b"200":
                        raise Lost(f"{parts[line]!r}")
                    number, parts[line] = carries[line], b""
                    took[number] = time.perf_counter() - start - due[number]
                    free.append(line)
                    done += 1
    return took


@contextlib.contextmanager
def warm(port: int, requests: Sequence[bytes], rate: float, ending: bytes) -> Iterator[list[client.Line]]:
    """Lines over which some of the requests have gone already."""
    with client.connected(port, STRANGERS) as lines, client.uncollected():
        arrive(lines, requests, rate, ending)
        yield lines


def schedule(count: int, rate: float) -> Iterator[float]:
    """When each request is due, in seconds from the start, as strangers arrive (Poisson)."""
    when = 0.0
    for _ in range(count):
        when += _chance.expovariate(rate)
        yield when
