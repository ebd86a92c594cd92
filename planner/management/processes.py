"""The processes of `manage.py serve`: they are started and stopped together.

When the web server ends, all end. A worker that dies is started again, with a longer pause each time.
"""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from types import FrameType

# How long a process may take to finish, in seconds, before it is killed.
PATIENCE = 6
# The longest pause before a worker that died is started again, in seconds.
LONGEST_PAUSE = 30
PR_SET_PDEATHSIG = 1


@dataclass
class Program:
    """One program: its arguments, its process, and when it may be started again."""

    name: str
    arguments: Sequence[str]
    pass_fds: Sequence[int] = ()
    process: subprocess.Popen[bytes] | None = field(default=None, init=False)
    pause: float = field(default=1, init=False)
    start_at: float = field(default=0, init=False)

    def start(self) -> None:
        self.process = subprocess.Popen(
            [sys.executable, *self.arguments],
            pass_fds=self.pass_fds,
            preexec_fn=die_with_parent,
            process_group=0,
        )

    def has_ended(self) -> bool:
        return self.process is not None and self.process.poll() is not None


def die_with_parent() -> None:
    """Ask Linux to end this process when its parent is gone, even by a kill; does nothing on other systems."""
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


class Stopped(Exception):
    """A signal asked the processes to stop."""


def run_together(main: Program, *helpers: Program) -> int:
    """Run `main` until it ends or a signal comes, with the helpers beside it; returns its exit code."""

    def stop(number: int, frame: FrameType | None) -> None:
        raise Stopped

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, stop)
    try:
        for program in (main, *helpers):
            program.start()
        while not main.has_ended():
            for helper in helpers:
                _keep_alive(helper)
            time.sleep(0.2)
    except Stopped:
        pass
    finally:
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, signal.SIG_IGN)
        _stop_all([main, *helpers])
    code = main.process.returncode if main.process else 1
    return 0 if code in (-signal.SIGTERM, -signal.SIGINT) else code


def _keep_alive(helper: Program) -> None:
    now = time.monotonic()
    if helper.process is not None and helper.has_ended():
        _kill_group(helper.process)
        helper.process = None
        helper.start_at, helper.pause = now + helper.pause, min(2 * helper.pause, LONGEST_PAUSE)
    if helper.process is None and now >= helper.start_at:
        helper.start()


def _stop_all(programs: Sequence[Program]) -> None:
    """Ask each process to end, then kill its group."""
    processes = [program.process for program in programs if program.process is not None]
    for process in processes:
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
    deadline = time.monotonic() + PATIENCE
    for process in processes:
        with suppress(subprocess.TimeoutExpired):
            process.wait(max(0.1, deadline - time.monotonic()))
        _kill_group(process)
        process.wait()


def _kill_group(process: subprocess.Popen[bytes]) -> None:
    """Kill a process and any children that it has left."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
