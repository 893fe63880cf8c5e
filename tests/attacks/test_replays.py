"""With several workers nothing is accepted twice, and a worker that dies leaves what it had seen."""

import multiprocessing
import os
import signal
from collections.abc import Iterator
from multiprocessing.synchronize import Barrier

import pytest

from ostiary.keys.replays import Use
from ostiary.server.memory import SHARED_BYTES, make_shared
from ostiary.server.proofs import begin_proofs, open_proofs

NOW = 1_790_000_000
PROOFS = 3000
WORKERS = 4


@pytest.fixture
def memory() -> Iterator[int]:
    descriptor = make_shared({"proofs": SHARED_BYTES["proofs"]})["proofs"]
    begin_proofs(descriptor, NOW)
    yield descriptor
    os.close(descriptor)


def use_all(descriptor: int, start: Barrier, firsts: "multiprocessing.Queue[list[int]]") -> None:
    replays = open_proofs(descriptor).replays
    start.wait()
    firsts.put([number for number in range(PROOFS) if replays.use(f"proof {number}", NOW + 60, NOW) is Use.FIRST])


def use_and_die(descriptor: int) -> None:
    open_proofs(descriptor).replays.use("a proof", NOW + 60, NOW)
    os.kill(os.getpid(), signal.SIGKILL)


def test_of_all_who_bring_a_proof_at_the_same_moment_one_is_the_first(memory: int) -> None:
    fork = multiprocessing.get_context("fork")
    start, firsts = fork.Barrier(WORKERS), fork.Queue()
    workers = [fork.Process(target=use_all, args=(memory, start, firsts)) for _ in range(WORKERS)]
    for worker in workers:
        worker.start()
    won = [number for _ in workers for number in firsts.get(timeout=60)]
    for worker in workers:
        worker.join()
    assert sorted(won) == list(range(PROOFS))


def test_what_a_dead_worker_had_seen_stays_seen(memory: int) -> None:
    worker = multiprocessing.get_context("fork").Process(target=use_and_die, args=(memory,))
    worker.start()
    worker.join()
    assert worker.exitcode == -signal.SIGKILL
    replays = open_proofs(memory).replays
    assert replays.use("a proof", NOW + 60, NOW) is Use.AGAIN
    assert replays.use("another", NOW + 60, NOW) is Use.FIRST


def test_after_a_start_no_nonce_from_before_is_taken(memory: int) -> None:
    before = open_proofs(memory).nonces.newest(NOW)
    begin_proofs(memory, NOW + 1)
    after = open_proofs(memory).nonces
    assert not after.takes(before, NOW)
    assert after.takes(after.newest(NOW), NOW)
