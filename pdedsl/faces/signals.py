"""From Ctrl-C and SIGTERM to a run that ends in order: after its iteration, with everything saved."""

import signal
from collections.abc import Callable
from types import FrameType, TracebackType
from typing import Any

SIGNALS = (signal.SIGINT, signal.SIGTERM)


class Stopping:
    """A context in which the first signal asks the run to stop, and a second one ends the program at once.

    Called, it says whether the run is to stop.
    """

    def __init__(self, say: Callable[[str], None]):
        self.say = say
        self.asked = False
        self.before: dict[signal.Signals, Any] = {}

    def __enter__(self) -> "Stopping":
        # What is ignored stays so: shells ignore the interrupt for background jobs, and nohup for good reasons.
        heard = [number for number in SIGNALS if signal.getsignal(number) is not signal.SIG_IGN]
        self.before = {number: signal.signal(number, self._ask) for number in heard}
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for number, handler in self.before.items():
            signal.signal(number, handler)

    def __call__(self) -> bool:
        return self.asked

    def _ask(self, number: int, frame: FrameType | None) -> None:
        self.asked = True
        for again in self.before:
            signal.signal(again, signal.SIG_DFL)
        self.say("stopping after this step (again: at once)")
