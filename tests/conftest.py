"""Strict arithmetic for all tests: double precision, no silent promotion of ranks or types.

Random programs are the same in every run; `pytest --hypothesis-profile default` draws others.
"""

import gc
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

if hasattr(os, "sched_setaffinity") and (process := os.environ.get("PYTEST_XDIST_WORKER", "")):
    # Processes side by side, each with threads for all cores, take several times as long as each on a core of its own,
    # and threads that share a core wait for each other.
    os.environ["OPENBLAS_NUM_THREADS"] = "1"
    cores = sorted(os.sched_getaffinity(0))
    os.sched_setaffinity(0, {cores[int(process.removeprefix("gw")) % len(cores)]})

import jax
import pytest
from hypothesis import settings

import pdedsl
from tests.examples import FLOW, HEAT

settings.register_profile("same", derandomize=True, deadline=None)
settings.load_profile("same")

# Many tests solve the same small problems: what was compiled once is taken again, by the programs that tests start, too. Each
# process has a folder of its own: of one that several write to, all files would be looked through at each writing.
COMPILED = tempfile.TemporaryDirectory(prefix="pdedsl-compiled-")
os.environ["JAX_COMPILATION_CACHE_DIR"] = COMPILED.name
os.environ["JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS"] = "0"
jax.config.update("jax_compilation_cache_dir", COMPILED.name)
jax.config.update("jax_persistent_cache_min_compile_time_secs", 0.0)
jax.config.update("jax_num_cpu_devices", 4)  # virtual ones, for what is divided among devices
jax.config.update("jax_enable_x64", True)
jax.config.update("jax_numpy_rank_promotion", "raise")
jax.config.update("jax_numpy_dtype_promotion", "strict")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests that read the same runs share a process, so that these are made once."""
    for item in items:
        if {"heat_run", "flow_run"} & set(getattr(item, "fixturenames", ())):
            item.add_marker(pytest.mark.xdist_group("runs"))


@pytest.fixture(scope="module", autouse=True)
def nothing_left_behind() -> Iterator[None]:
    """Compiled programs of one file are not kept for the next: they would fill memory, and garbage collection visits all."""
    yield
    jax.clear_caches()
    gc.collect()
    gc.freeze()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """How long the fast suite takes, and the slow tests, each by itself."""
    seconds: dict[str, float] = {"fast": 0.0, "slow": 0.0}
    for report in (r for reports in terminalreporter.stats.values() for r in reports if hasattr(r, "duration")):
        seconds["slow" if "slow" in report.keywords else "fast"] += report.duration
    processes = config.getoption("numprocesses", None) or 1
    for kind, total in seconds.items():
        terminalreporter.write_line(f"{kind} tests: {total / processes:.0f} s, in {processes} at a time")


@pytest.fixture
def heat() -> str:
    """A small spec that is right in every way."""
    return HEAT


@pytest.fixture
def spec(tmp_path: Path, heat: str, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The file `heat.pde` in a folder of its own, in which the test runs."""
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "heat.pde"
    path.write_text(heat)
    return path


@pytest.fixture(scope="session")
def heat_run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a short run in one dimension of space and time."""
    return _run(HEAT, tmp_path_factory.mktemp("heat"), steps=15)


@pytest.fixture(scope="session")
def flow_run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a short run with a plane vector field."""
    return _run(FLOW, tmp_path_factory.mktemp("flow"), space="polynomials(7)")


def _run(text: str, folder: Path, **choices: Any) -> Path:
    solution = pdedsl.solve(pdedsl.loads(text), **choices)
    return solution.save(folder)
