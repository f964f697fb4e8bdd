"""Queues whose mean waits are known: the engine must find them (99.9 %, narrow intervals)."""

from __future__ import annotations

from math import factorial

import numpy as np
import pytest
from numpy.typing import NDArray

from desim.distribution import Distribution, constant, erlang, exponential, mixture, uniform
from desim.trace import Trace
from tests.estimation import assert_mean
from tests.queues import (
    fork_join,
    replicated,
    single_queue,
    sojourns,
    tandem,
    two_classes,
)


def erlang_c_wait(rate: float, service_rate: float, servers: int) -> float:
    """Mean wait in M/M/c."""
    load = rate / service_rate
    last = load**servers / factorial(servers) / (1.0 - load / servers)
    busy = last / (sum(load**k / factorial(k) for k in range(servers)) + last)
    return busy / (servers * service_rate - rate)


def pollaczek_khinchine_wait(rate: float, mean: float, second_moment: float) -> float:
    """Mean wait in M/G/1."""
    return rate * second_moment / (2.0 * (1.0 - rate * mean))


@pytest.mark.parametrize(("servers", "rate"), [(1, 0.5), (3, 2.1)])
def test_mmc_waits_as_long_as_erlang_says(servers: int, rate: float) -> None:
    queue = single_queue(rate, exponential(1.0), servers, 6000.0 / rate)
    samples, controls = replicated(queue, 30, sojourns)
    assert_mean(samples, erlang_c_wait(rate, 1.0, servers) + 1.0, within=0.03, controls=controls)


SERVICES: dict[str, tuple[Distribution, float]] = {
    "deterministic": (constant(1.0), 1.0),
    "uniform": (uniform(0.5, 1.5), 1.0 + 1.0 / 12.0),
    "erlang": (erlang(1.0, 2), 1.5),
    "hyperexponential": (
        mixture((exponential(0.75), exponential(1.5)), (2.0, 1.0)),
        2.0 / 3.0 * 2.0 * 0.75**2 + 1.0 / 3.0 * 2.0 * 1.5**2,
    ),
}


@pytest.mark.parametrize("name", SERVICES)
def test_mg1_waits_as_long_as_pollaczek_and_khinchine_say(name: str) -> None:
    service, second_moment = SERVICES[name]
    queue = single_queue(0.5, service, 1, 10000.0)
    truth = pollaczek_khinchine_wait(0.5, 1.0, second_moment)
    samples, controls = replicated(queue, 24, sojourns)
    assert_mean(samples, truth + 1.0, within=0.03, controls=controls)


def test_two_priorities_wait_as_long_as_cobham_says() -> None:
    urgent, ordinary = (0.25, exponential(0.8)), (0.3, uniform(0.5, 1.5))
    loads = 0.25 * 0.8, 0.3 * 1.0
    residual = (0.25 * 2.0 * 0.8**2 + 0.3 * (1.0 + 1.0 / 12.0)) / 2.0
    first = residual / (1.0 - loads[0])
    truths = first + 0.8, first / (1.0 - sum(loads)) + 1.0
    samples: list[tuple[float, ...]] = []

    def both(trace: Trace) -> NDArray[np.float64]:
        means = [sojourns(trace, name).mean() for name in ("urgent", "ordinary")]
        samples.append(tuple(means))
        return np.array(means)

    _, controls = replicated(two_classes(urgent, ordinary, 10000.0), 24, both)
    for found, truth in zip(zip(*samples, strict=True), truths, strict=True):
        assert_mean(found, truth, within=0.03, controls=controls)


def test_tandem_takes_as_long_as_jackson_says() -> None:
    rate, means = 0.5, (1.0, 0.8)
    truth = sum(1.0 / (1.0 / mean - rate) for mean in means)
    samples, controls = replicated(tandem(rate, means, 8000.0), 24, sojourns)
    assert_mean(samples, truth, within=0.03, controls=controls)


def test_fork_join_takes_as_long_as_flatto_and_hahn_say() -> None:
    """Two M/M/1 queues fed together: (12 - rho) / 8 times one of them (Nelson & Tantawi 1988)."""
    rate = 0.5
    truth = (12.0 - rate) / 8.0 / (1.0 - rate)
    samples, controls = replicated(fork_join(rate, 1.0, 8000.0), 24, sojourns)
    assert_mean(samples, truth, within=0.03, controls=controls)
