"""A small HTTP/1.1 load of our own: each request is sent exactly once, as soon as possible.

wrk (bench/load.py) finds saturation; this one is for what wrk cannot do: a fixed list of requests, and the answers'
bodies.
"""

import contextlib
import gc
import os
import re
import select
import socket
import ssl
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from bench import processes

LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Answer:
    """A response; `seconds` counts from the moment its request was sent."""

    status: int
    head: bytes
    body: bytes
    seconds: float


@dataclass(slots=True, eq=False)
class Line:
    """One kept-alive connection with at most one request under way."""

    sock: socket.socket
    number: int = -1
    sent: float = 0.0
    got: bytes = b""
    want: int = field(default=0)

    def read(self) -> tuple[bytes, bytes] | None:
        """Head and body of the answer once it is whole."""
        while True:
            try:
                data = self.sock.recv(262144)
            except (BlockingIOError, ssl.SSLWantReadError):
                return None
            if not data:
                raise ConnectionError("the server closed a connection under load")
            self.got += data
            if not self.want:
                self.want = whole_length(self.got)
            if self.want and len(self.got) >= self.want:
                return self.take()

    def take(self) -> tuple[bytes, bytes]:
        """Empty the line for its next answer."""
        head, _, body = self.got.partition(b"\r\n\r\n")
        self.got, self.want = b"", 0
        return head, body


def whole_length(data: bytes) -> int:
    """How long the answer that starts with `data` will be; 0 while its head is not complete."""
    end = data.find(b"\r\n\r\n")
    if end < 0:
        return 0
    length = LENGTH.search(data, 0, end)
    if length is None and data[9:12] not in (b"204", b"304"):
        raise ConnectionError(f"an answer without Content-Length: {data[:end]!r}")
    return end + 4 + (int(length[1]) if length else 0)


@contextlib.contextmanager
def connected(port: int, count: int, tls: ssl.SSLContext | None = None) -> Iterator[list[Line]]:
    """Open connections to a port of the loopback. From now on this process keeps to the CPU of the load: on the other
    one it would stand in the way of what is measured."""
    processes.pin(os.getpid(), processes.LOAD_CPU)
    with contextlib.ExitStack() as stack:
        lines = []
        for _ in range(count):
            sock = socket.create_connection(("127.0.0.1", port))
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            sock = tls.wrap_socket(sock, server_hostname="localhost") if tls else sock
            sock.setblocking(False)
            lines.append(Line(stack.enter_context(sock)))
        yield lines


@contextlib.contextmanager
def uncollected() -> Iterator[None]:
    """A load that stops to collect its own garbage would blame the server for the wait."""
    gc.collect()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def fire(lines: list[Line], requests: Sequence[bytes]) -> list[Answer]:
    """Send every request once, each connection its next one as soon as it is idle, and return the answers in the order
    of the requests."""
    answers: list[Answer | None] = [None] * len(requests)
    by_fd = {line.sock.fileno(): line for line in lines}
    poll = select.epoll()
    for fd in by_fd:
        poll.register(fd, select.EPOLLIN)
    idle, sent, done = list(lines), 0, 0
    while done < len(requests):
        while sent < len(requests) and idle:
            line = idle.pop()
            line.number, line.sent = sent, time.perf_counter()
            line.sock.sendall(requests[sent])
            sent += 1
        for line in (by_fd[fd] for fd, _ in poll.poll()):
            if (answer := line.read()) is not None:
                head, body = answer
                answers[line.number] = Answer(int(head[9:12]), head, body, time.perf_counter() - line.sent)
                idle.append(line)
                done += 1
    poll.close()
    return [answer for answer in answers if answer is not None]


def ask(port: int, request: bytes, tls: ssl.SSLContext | None = None) -> Answer:
    """One request on a connection of its own."""
    with connected(port, 1, tls) as lines:
        return fire(lines, [request])[0]


def read_all(port: int, path: str) -> bytes:
    """A page of any length and framing, by its connection's end."""
    with socket.create_connection(("127.0.0.1", port), 10) as sock:
        sock.sendall(f"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode())
        return b"".join(iter(lambda: sock.recv(65536), b""))
