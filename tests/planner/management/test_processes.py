"""Programs that are started together end together, with the children that they have started themselves."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.conf import settings

# A program with a child of its own that nobody can ask to end; it notes both.
PROGRAM = """
import os, signal, subprocess, sys, time
deaf = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print(flush=True); time.sleep(300)"
child = subprocess.Popen([sys.executable, "-c", deaf], stdout=subprocess.PIPE)
child.stdout.readline()
with open(sys.argv[1], "a") as file:
    file.write(f"{os.getpid()} {child.pid}\\n")
if "deaf" in sys.argv:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
while not os.path.exists(sys.argv[1] + ".end"):
    time.sleep(0.05)
"""
RUNNER = """
import sys
from planner.management import processes
from planner.management.processes import Program
processes.PATIENCE = 0.5
script, *notes = sys.argv[1:]
main, *helpers = [Program(note, [script, note, *(["deaf"] if "deaf" in note else [])]) for note in notes]
sys.exit(processes.run_together(main, *helpers))
"""


class Together:
    """A runner with the programs whose notes are in a folder."""

    def __init__(self, folder: Path, *names: str) -> None:
        self.notes = {name: folder / name for name in names}
        script = folder / "program.py"
        script.write_text(PROGRAM)
        self.process = subprocess.Popen(
            [sys.executable, "-c", RUNNER, str(script), *map(str, self.notes.values())], cwd=settings.BASE_DIR
        )

    def started(self, name: str, times: int = 1) -> list[int]:
        """The process and the child of each start of a program, once it was started so many times."""
        note = self.notes[name]
        until(lambda: note.exists() and note.read_text().count("\n") >= times, f"{times} starts of {name}")
        return [int(pid) for pid in note.read_text().split()]


def until(done: Callable[[], object], what: str) -> None:
    end = time.monotonic() + 30
    while not done():
        assert time.monotonic() < end, what
        time.sleep(0.05)


def lives(pid: int) -> bool:
    stat = Path(f"/proc/{pid}/stat")
    return stat.exists() and stat.read_text().rpartition(")")[2].split()[0] != "Z"


@pytest.fixture
def together(tmp_path) -> Iterator[Together]:
    running = Together(tmp_path, "main", "helper", "deaf-helper")
    yield running
    running.process.kill()
    running.process.wait()
    for note in running.notes.values():
        for pid in map(int, note.read_text().split() if note.exists() else ()):
            if lives(pid):
                os.kill(pid, signal.SIGKILL)


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_all_of_them_with_their_children(together, number):
    pids = [pid for name in together.notes for pid in together.started(name)]
    assert len(pids) == 6
    together.process.send_signal(number)
    assert together.process.wait(timeout=20) == 0
    assert [pid for pid in pids if lives(pid)] == []


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_the_end_of_the_main_program_ends_the_others_with_their_children(together):
    pids = [pid for name in together.notes for pid in together.started(name)]
    Path(f"{together.notes['main']}.end").touch()
    assert together.process.wait(timeout=20) == 0
    assert [pid for pid in pids if lives(pid)] == []


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_a_helper_that_dies_is_started_again_and_leaves_no_child_behind(together):
    first, child = together.started("helper")
    os.kill(first, signal.SIGKILL)
    *_old, second, _child = together.started("helper", times=2)
    assert second != first
    until(lambda: not lives(child), "the end of the child of the helper that died")
    assert lives(together.started("main")[0])


@pytest.mark.skipif(sys.platform != "linux", reason="asks Linux for it")
def test_a_runner_that_is_killed_takes_its_programs_with_it(together):
    programs = [together.started(name)[0] for name in together.notes]
    together.process.kill()
    until(lambda: not [pid for pid in programs if lives(pid)], "the end of every program")
