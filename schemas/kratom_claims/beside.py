"""Work in a process of its own, beside this one."""

import gc
import os
import pickle
import signal
from collections.abc import Callable
from contextlib import suppress
from typing import Any, Generic, Self, TypeVar

from .faults import UnusableError

Message = TypeVar("Message")
Result = TypeVar("Result")


class Beside(Generic[Message, Result]):
    """A process that begins some work at once, and asks once for something that is known later only.

    Where processes cannot fork, the work is done in this one, when its result is asked for. As a context it ends the
    process, whether its work is done or not.
    """

    def __init__(self, work: Callable[[Callable[[], Message]], Result]) -> None:
        """Start ``work``, which is given what asks."""
        self.work, self.told, self.child = work, list[Message](), 0
        if hasattr(os, "fork"):
            self.start()

    def start(self) -> None:
        """Start the process, with a pipe to tell it something and one for its result."""
        asks, self.teller = os.pipe()
        self.receiver, sends = os.pipe()
        self.child = os.fork()
        if not self.child:
            try:
                for end in (
                    self.teller,
                    self.receiver,
                ):  # or this process would wait for itself, were the other one gone
                    os.close(end)
                gc.disable()  # what the work makes is needed until its end, which is near
                with open(sends, "wb") as sink:  # noqa: PTH123 (a pipe)
                    sink.write(result_of(lambda: self.work(lambda: message_from(asks))))
            finally:  # whatever happens, this process does nothing else
                os._exit(0)
        os.close(asks)
        os.close(sends)

    def tell(self, message: Message) -> None:
        """Tell it what it asks for. If it is gone, that is told by its result."""
        if not self.child:
            self.told.append(message)
            return
        with suppress(BrokenPipeError), open(self.teller, "wb", closefd=False) as sink:
            pickle.dump(message, sink)

    def result(self) -> Result:
        """Wait for the result. It must have been told what it asks for."""
        if not self.child:
            return self.work(lambda: self.told[0])
        with open(self.receiver, "rb", closefd=False) as source:
            content = source.read()
        if not content:
            raise UnusableError("stopped: a pattern of a schema runs away, or the tables are too large. Is it a package that you trust?")  # fmt: skip
        result, error = pickle.loads(content)
        if error is not None:
            raise error
        return result

    def end(self) -> None:
        """End the process, if it is still there."""
        if self.child:
            os.kill(self.child, signal.SIGKILL)
            os.waitpid(self.child, 0)
            for pipe in (self.teller, self.receiver):
                os.close(pipe)
            self.child = 0

    def __enter__(self) -> Self:
        """The process as a context."""
        return self

    def __exit__(self, *_: object) -> None:
        """End it."""
        self.end()


def message_from(pipe: int) -> Any:
    """What is told through a pipe."""
    with open(pipe, "rb") as source:
        return pickle.load(source)


def result_of(work: Callable[[], Result]) -> bytes:
    """What work gives, or the error that stops it, as bytes for another process of ours."""
    try:
        return pickle.dumps((work(), None))
    except Exception as error:
        return pickle.dumps((None, error))
