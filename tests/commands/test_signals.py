"""Signals that end a run in order."""

import os
import signal
import subprocess
import sys
import time

from pdedsl.commands.signals import Stopping


def test_the_first_signal_asks_also_within_a_long_instruction() -> None:
    said: list[str] = []
    before = signal.getsignal(signal.SIGTERM)
    with Stopping(said.append) as stopping:
        assert not stopping()
        os.kill(os.getpid(), signal.SIGTERM)
        until = time.monotonic() + 5
        while not stopping() and time.monotonic() < until:
            time.sleep(0.01)
        assert stopping() and said == ["stopping after this step (again: at once)"]
    assert signal.getsignal(signal.SIGTERM) is before


def test_the_second_ends_the_program_at_once() -> None:
    code = (
        "import os, signal, time\nfrom pdedsl.commands.signals import Stopping\n"
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"  # what runs in the background ignores it
        "with Stopping(lambda words: None, lambda: print('cursor', flush=True)) as stopping:\n"
        "    os.kill(os.getpid(), signal.SIGINT)\n"
        "    while not stopping(): time.sleep(0.01)\n"
        "    os.kill(os.getpid(), signal.SIGINT)\n"
        "    time.sleep(10)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 128 + signal.SIGINT and done.stdout == "cursor\n"
