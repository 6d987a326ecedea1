"""Devices of one process, and what many processes say where they do not find each other or differ."""

import jax
import numpy as np
import pytest

from pdedsl.solver import devices as module
from pdedsl.solver.devices import HERE, devices, join, together


def test_more_devices_than_there_are() -> None:
    with pytest.raises(ValueError, match=r"there are 4 \(cpu\), not 5; jax.config.update"):
        devices(5)


def test_what_fails_before_a_run_is_the_same_error_on_one_process() -> None:
    with pytest.raises(KeyError), together(devices(2)):
        raise KeyError
    with together(HERE), together(devices(1)):
        pass
    assert devices(2).agreed(3.0, True) == (3.0, True)
    assert [own.words for own in (HERE, devices(1), devices(2))] == ["one device", "1 device (cpu)", "2 devices (cpu)"]


@pytest.mark.parametrize(
    ("own", "said"),
    [
        ({}, "no other processes are named"),
        ({"JAX_NUM_PROCESSES": "two"}, "take whole numbers"),
        ({"JAX_COORDINATOR_ADDRESS": "here", "JAX_NUM_PROCESSES": "2", "JAX_PROCESS_ID": "0"}, "HOST:PORT"),
    ],
)
def test_what_the_environment_does_not_say(own: dict[str, str], said: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("JAX_COORDINATOR_ADDRESS", "JAX_NUM_PROCESSES", "JAX_PROCESS_ID"):
        monkeypatch.delenv(name, raising=False)
    for name, value in own.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(ValueError, match=said):
        join()


@pytest.mark.parametrize("other", [None, (0, 4, 31)])
def test_versions_are_compared(other: tuple[int, int, int] | None, monkeypatch: pytest.MonkeyPatch) -> None:
    """As if another process had another one."""
    found: list[np.ndarray] = []

    def gathered(own: np.ndarray) -> np.ndarray:
        found.append(own)
        return np.stack([own, own if other is None else np.asarray(other, np.int32)])

    monkeypatch.setattr(module.multihost_utils, "process_allgather", gathered)
    if other is None:
        module.same_versions()
        assert found[0].tolist() == [int(part) for part in jax.__version__.split(".")[:3]]
        return
    with pytest.raises(ValueError, match=f"process 0: {jax.__version__}, process 1: 0.4.31"):
        module.same_versions()


def test_errors_of_others_are_known_by_what_they_say() -> None:
    assert module.is_lost(ValueError("UNKNOWN: Gloo all-reduce failed: Connection reset by peer"))
    assert module.is_lost(jax.errors.JaxRuntimeError("anything"))
    assert not module.is_lost(ValueError("3 points cannot be divided among 4 devices"))
    assert not module.joined()
