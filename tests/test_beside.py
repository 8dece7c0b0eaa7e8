"""Work in a process of its own: its result, its errors, what it asks for, and its end."""

import os
import signal
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from kratom_claims.beside import Beside
from kratom_claims.faults import UnusableError

Ask = Callable[[], list[int]]


def process(_: Ask) -> int:
    return os.getpid()


def fail(_: Ask) -> int:
    raise ZeroDivisionError("beside")


def killed(_: Ask) -> int:
    os.kill(os.getpid(), signal.SIGKILL)
    return 1


def asleep(ask: Ask) -> list[int]:
    time.sleep(600)
    return ask()


def one_more(ask: Ask) -> list[int]:
    return [*ask(), 2]


def gone(child: int) -> bool:
    """Whether there is no such process."""
    try:
        os.kill(child, 0)
    except ProcessLookupError:
        return True
    return False


def pipes() -> int:
    """How many files and pipes this process has open."""
    return len(list(Path("/dev/fd").iterdir()))


def test_the_result_comes_from_another_process() -> None:
    with Beside(process) as beside:
        assert beside.result() == beside.child != os.getpid()


def test_an_error_is_raised_here() -> None:
    with Beside(fail) as beside, pytest.raises(ZeroDivisionError, match="beside"):
        beside.result()


def test_a_process_that_is_killed_is_told_of() -> None:
    with Beside(killed) as beside, pytest.raises(UnusableError, match="stopped"):
        beside.result()


def test_what_is_asked_for_is_told_later() -> None:
    with Beside(one_more) as beside:
        beside.tell([1])
        assert beside.result() == [1, 2]


def test_telling_one_that_is_gone_is_no_error() -> None:
    """What it was gone of is told by waiting for it."""
    with Beside(killed) as beside:
        beside.tell([1] * 1_000_000)
        with pytest.raises(UnusableError, match="stopped"):
            beside.result()


@pytest.mark.parametrize("work", [asleep, one_more])
def test_one_that_is_no_longer_needed_is_ended(work: Callable) -> None:
    """Whether it works or waits for an answer; ending it twice is no error, and no pipe is left open."""
    held = pipes()
    with Beside(work) as beside:
        child = beside.child
        assert not gone(child)
        beside.end()
    assert gone(child) and pipes() == held


def test_it_is_ended_when_something_fails_here() -> None:
    beside = Beside(asleep)
    child = beside.child
    with pytest.raises(ZeroDivisionError), beside:
        raise ZeroDivisionError
    assert gone(child)


def test_where_processes_cannot_fork_it_is_done_later(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(os, "fork")
    done: list[str] = []
    with Beside(lambda ask: done.append("x") or ask()) as beside:
        beside.tell([1])
        assert not done
        assert (beside.result(), done) == ([1], ["x"])
