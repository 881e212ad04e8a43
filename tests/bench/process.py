"""What processes cost, by the kernel's own books (Linux: ``/proc``, ``wait4``)."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

TICK = os.sysconf("SC_CLK_TCK")
PROC = Path("/proc")


@dataclass(frozen=True, slots=True, kw_only=True)
class Spent:
    """Seconds of CPU (user + sys, with all children) and of the clock, and the largest memory of the process itself in MB."""

    cpu: float
    wall: float
    memory: float
    output: str = ""


def environment() -> dict[str, str]:
    """Ours, with what would slow an import down taken out: installed programs have their bytecode."""
    return {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}


def run(command: Sequence[str], folder: Path) -> Spent:
    """Run a program to its end. Raises RuntimeError when it fails."""
    began = time.perf_counter()
    with (folder / "output").open("w+b") as output:
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=output, stderr=output, env=environment())
        _, status, used = os.wait4(process.pid, 0)
        wall = time.perf_counter() - began
        process.returncode = os.waitstatus_to_exitcode(status)
        output.seek(0)
        said = output.read().decode("utf-8", "replace")
    if process.returncode != 0:
        raise RuntimeError(f"{' '.join(command)} ended with {process.returncode}: {said[-2000:]}")
    return Spent(cpu=used.ru_utime + used.ru_stime, wall=wall, memory=used.ru_maxrss / 1024, output=said)


def cpu_of_tree(pid: int) -> float:
    """Seconds of CPU that a process, its descendants, and those of them that have ended and been waited for used so far."""
    parents: dict[int, list[int]] = {}
    used: dict[int, int] = {}
    for each in PROC.iterdir():
        if not each.name.isdigit() or (fields := _stat(each)) is None:
            continue
        used[int(each.name)] = sum(int(ticks) for ticks in fields[11:15])  # utime, stime, cutime, cstime: proc(5)
        parents.setdefault(int(fields[1]), []).append(int(each.name))
    family = [pid]
    for member in family:
        family += parents.get(member, [])
    return sum(used.get(member, 0) for member in family) / TICK


def _stat(process: Path) -> list[str] | None:
    try:
        return (process / "stat").read_text().rpartition(") ")[2].split()
    except OSError:  # ended meanwhile
        return None


def peak_memory(pid: int) -> float:
    """The largest resident memory a process ever had, in MB."""
    lines = (PROC / str(pid) / "status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) / 1024


def spin() -> float:
    """Milliseconds of CPU for a fixed loop: how fast this machine is just now."""
    return median(_loop() for _ in range(3)) * 1000


def _loop() -> float:
    began, total = time.process_time(), 0
    for number in range(300_000):
        total += number * number
    return time.process_time() - began


def python(module: str, *arguments: str) -> list[str]:
    """The command for a module of the bench."""
    return [sys.executable, "-m", module, *arguments]
