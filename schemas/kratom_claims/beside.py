"""Work in a process of its own, beside this one."""

import gc
import os
import pickle
from collections.abc import Callable
from contextlib import suppress
from typing import Any, TypeVar

from .faults import UnusableError

Message = TypeVar("Message")
Result = TypeVar("Result")


def beside(work: Callable[[], Result]) -> Callable[[], Result]:
    """Start work in a process of its own (later in this one where processes cannot fork) and return what waits for its result."""
    if not hasattr(os, "fork"):
        return work
    receiver, sender = os.pipe()
    child = os.fork()
    if not child:
        try:
            os.close(receiver)
            gc.disable()  # what the work makes is needed until its end, which is near
            with open(sender, "wb") as sink:  # noqa: PTH123 (a pipe)
                sink.write(result_of(work))
        finally:  # whatever happens, this process does nothing else
            os._exit(0)
    os.close(sender)

    def wait() -> Result:
        with open(receiver, "rb") as source:  # noqa: PTH123
            content = source.read()
        os.waitpid(child, 0)
        if not content:
            raise UnusableError("stopped: a pattern of a schema runs away, or the tables are too large. Is it a package that you trust?")  # fmt: skip
        result, error = pickle.loads(content)
        if error is not None:
            raise error
        return result

    return wait


def beside_asking(
    work: Callable[[Callable[[], Message]], Result],
) -> tuple[Callable[[Message], Any], Callable[[], Result]]:
    """The same for work that asks, once, for something that is known later only: returns what tells it, and what waits.

    It must be told something, and only then waited for.
    """
    if not hasattr(os, "fork"):
        told: list[Message] = []
        return told.append, lambda: work(lambda: told[0])
    receiver, sender = os.pipe()

    def ask() -> Message:
        os.close(sender)  # or this process would wait for itself, were the other one gone
        with open(receiver, "rb") as source:  # noqa: PTH123 (a pipe)
            return pickle.load(source)

    def tell(message: Message) -> None:
        with suppress(BrokenPipeError), open(sender, "wb") as sink:  # noqa: PTH123 (who waits is told why it is gone)
            pickle.dump(message, sink)

    wait = beside(lambda: work(ask))
    os.close(receiver)
    return tell, wait


def result_of(work: Callable[[], Result]) -> bytes:
    """What work gives, or the error that stops it, as bytes for another process of ours."""
    try:
        return pickle.dumps((work(), None))
    except Exception as error:
        return pickle.dumps((None, error))
