"""From Ctrl-C and other signals to a run that ends in order: after its iteration, with everything saved."""

import os
import signal
from collections.abc import Callable
from socket import socketpair
from threading import Thread
from types import TracebackType
from typing import Any

SIGNALS = tuple(own for own in signal.Signals if own.name in ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK"))
"""Those of them that the system has."""


class Stopping:
    """A context in which the first signal asks the run to stop, and a second one ends the program at once.

    Called, it says whether the run is to stop. Python handles signals between two of its own instructions, and an
    iteration may be a single one of many seconds; so a thread listens to what the C handler writes at once
    (`signal.set_wakeup_fd`).
    """

    def __init__(self, say: Callable[[str], None], restore: Callable[[], object] = lambda: None):
        """`restore` is called before the program is ended at once: it gives the terminal its cursor back."""
        self.say, self.restore = say, restore
        self.asked = False
        self.before: dict[signal.Signals, Any] = {}

    def __enter__(self) -> "Stopping":
        # What is ignored stays so: shells ignore the interrupt for background jobs, and nohup for good reasons.
        heard = [number for number in SIGNALS if signal.getsignal(number) is not signal.SIG_IGN]
        self.before = {number: signal.signal(number, lambda *_: None) for number in heard}
        # A pair of sockets: Windows takes no pipe.
        self.hear, self.told = socketpair()
        self.told.setblocking(False)
        self.earlier = signal.set_wakeup_fd(self.told.fileno(), warn_on_full_buffer=False)
        self.thread = Thread(target=self._listen, daemon=True)
        self.thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        signal.set_wakeup_fd(self.earlier)
        self.told.close()
        self.thread.join()
        for number, handler in self.before.items():
            signal.signal(number, handler)

    def __call__(self) -> bool:
        return self.asked

    def _listen(self) -> None:
        while heard := self.hear.recv(1):
            if heard[0] not in self.before:
                continue
            if self.asked:
                self.restore()
                os._exit(128 + heard[0])
            self.asked = True
            self.say("stopping after this step (again: at once)")
        self.hear.close()
