"""With several workers nothing is accepted twice, and a worker that dies leaves what it had seen."""

import errno
import fcntl
import mmap
import multiprocessing
import os
import signal
from collections.abc import Callable, Iterator
from multiprocessing.synchronize import Barrier

import pytest

from ostiary.keys.replays import Use
from ostiary.server import locks
from ostiary.server.locks import LOCK_BYTES, KernelLock, RobustMutex, make_mutexes, open_locks
from ostiary.server.memory import LOCKS_AT, SHARED_BYTES, attach, make_shared
from ostiary.server.proofs import LOCKS, begin_proofs, open_proofs

NOW = 1_790_000_000
PROOFS = 3000
WORKERS = 4


@pytest.fixture(params=(RobustMutex, KernelLock))
def memory(request: pytest.FixtureRequest) -> Iterator[int]:
    """With the one locks and with the others."""
    descriptor = make_shared({"proofs": SHARED_BYTES["proofs"]})["proofs"]
    begin_proofs(descriptor, NOW)
    if request.param is KernelLock:
        os.pwrite(descriptor, bytes(LOCKS * LOCK_BYTES), LOCKS_AT)
    assert {type(lock) for lock in locks_of(descriptor)} == {request.param}
    yield descriptor
    os.close(descriptor)


def locks_of(descriptor: int) -> tuple[RobustMutex | KernelLock, ...]:
    return open_locks(descriptor, attach(descriptor), LOCKS_AT, LOCKS)


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


def test_a_nonce_of_one_machine_is_none_of_another(memory: int) -> None:
    elsewhere = make_shared({"proofs": SHARED_BYTES["proofs"]})["proofs"]
    begin_proofs(elsewhere, NOW)
    here, there = open_proofs(memory).nonces, open_proofs(elsewhere).nonces
    assert not there.takes(here.newest(NOW), NOW)
    assert there.takes(there.newest(NOW), NOW)
    os.close(elsewhere)


def hold_and_die(descriptor: int) -> None:
    for lock in locks_of(descriptor):
        lock.__enter__()
    os.kill(os.getpid(), signal.SIGKILL)


def test_a_worker_that_dies_with_a_lock_holds_nobody_up(memory: int) -> None:
    """Nor does it let anyone past: what it leaves is a lock like before."""
    for _ in range(2):
        worker = multiprocessing.get_context("fork").Process(target=hold_and_die, args=(memory,))
        worker.start()
        worker.join()
        assert worker.exitcode == -signal.SIGKILL
    replays = open_proofs(memory).replays
    for number in range(200):
        assert replays.use(f"proof {number}", NOW + 60, NOW) is Use.FIRST
        assert replays.use(f"proof {number}", NOW + 60, NOW) is Use.AGAIN


def is_held(descriptor: int, number: int, answers: "multiprocessing.Queue[bool]") -> None:
    try:
        fcntl.lockf(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, number)
        answers.put(False)
    except BlockingIOError:
        answers.put(True)


def test_a_lock_of_the_kernel_is_held_against_other_processes_and_then_free() -> None:
    """Their race alone is too seldom lost to show it."""
    descriptor = make_shared({"proofs": SHARED_BYTES["proofs"]})["proofs"]
    fork = multiprocessing.get_context("fork")
    answers = fork.Queue()

    def held(number: int) -> bool:
        fork.Process(target=is_held, args=(descriptor, number, answers)).start()
        return answers.get(timeout=60)

    with KernelLock(descriptor, 3):
        assert held(3)
        assert not held(4)
    assert not held(3)
    os.close(descriptor)


def test_who_has_a_mutex_is_refused_it_and_does_not_wait_for_itself() -> None:
    descriptor = make_shared({"proofs": SHARED_BYTES["proofs"]})["proofs"]
    assert begin_proofs(descriptor, NOW)
    lock, other = locks_of(descriptor)[:2]
    with lock:
        with pytest.raises(OSError), lock:
            pass
        with other:
            pass
    with lock:
        pass
    os.close(descriptor)


@pytest.mark.parametrize("missing", (OSError(errno.ENOTSUP, ""), OSError(errno.ENOSYS, ""), AttributeError()))
def test_a_system_without_robust_mutexes_makes_none(missing: Exception, monkeypatch: pytest.MonkeyPatch) -> None:
    """A mutex that is not robust would stay taken for ever once its holder is killed."""

    class Without:
        def __getattr__(self, name: str) -> Callable[..., int]:
            if name != "pthread_mutexattr_setrobust":
                return lambda *given: 0
            if isinstance(missing, OSError):
                return lambda *given: missing.errno or 0
            raise missing

    memory = mmap.mmap(-1, LOCK_BYTES)
    assert make_mutexes(memory, 0, 1)
    assert any(memory[:])
    memory = mmap.mmap(-1, LOCK_BYTES)
    monkeypatch.setattr(locks, "_POSIX", Without())
    assert not make_mutexes(memory, 0, 1)
    assert not any(memory[:])
