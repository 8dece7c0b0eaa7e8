"""Work in a process of its own: its result, its errors, and what it asks for."""

import os
import signal
from collections.abc import Callable

import pytest
from kratom_claims.beside import beside, beside_asking
from kratom_claims.faults import UnusableError


def fail() -> int:
    raise ZeroDivisionError("beside")


def killed() -> int:
    os.kill(os.getpid(), signal.SIGKILL)
    return 1


def test_the_result_comes_from_another_process() -> None:
    assert beside(os.getpid)() != os.getpid()


def test_an_error_is_raised_here() -> None:
    with pytest.raises(ZeroDivisionError, match="beside"):
        beside(fail)()


def test_a_process_that_is_killed_is_told_of() -> None:
    with pytest.raises(UnusableError, match="stopped"):
        beside(killed)()


def test_what_is_asked_for_is_told_later() -> None:
    tell, wait = beside_asking(lambda ask: [*ask(), 2])
    tell([1])
    assert wait() == [1, 2]


def test_telling_one_that_is_gone_is_no_error() -> None:
    """What it was gone of is told by waiting for it."""
    tell, wait = beside_asking(lambda ask: killed())
    tell(["x" * 1_000_000])
    with pytest.raises(UnusableError, match="stopped"):
        wait()


def test_where_processes_cannot_fork_it_is_done_later(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(os, "fork")
    done: list[str] = []
    work: Callable[[], None] = lambda: done.append("x")  # noqa: E731
    wait = beside(work)
    assert not done
    wait()
    tell, later = beside_asking(lambda ask: ask() + 1)
    tell(1)
    assert (done, later()) == (["x"], 2)
