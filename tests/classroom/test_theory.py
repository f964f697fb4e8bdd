"""Small organisations are as theory says: mean times, the crossover, and horizontal links."""

from __future__ import annotations

import pytest

from desim.calibration.critical_path import critical_path, paths
from desim.calibration.theory import mean_of_done
from desim.case import load
from desim.classroom import Network, hierarchy, mean_time, office, ring, star, utilisations
from desim.engine import Player
from desim.program import lower
from tests.estimation import assert_mean


def times(network: Network, load: float, runs: int = 20) -> list[float]:
    player = Player(lower(office(network, load, 3000.0)))
    return [mean_of_done(player.play(11, replication)) for replication in range(runs)]


@pytest.mark.parametrize("load", [0.2, 0.7])
@pytest.mark.parametrize("network", [star(9), ring(9)], ids=["star", "ring"])
def test_mean_times_are_those_of_a_jackson_network(network: Network, load: float) -> None:
    assert_mean(times(network, load), mean_time(network, load), within=0.12)


def test_at_low_load_the_centre_is_quicker_and_at_high_load_the_ring() -> None:
    """Arenas et al. (2010): no more than the order of means, each by a clear distance."""
    low = [min(times(star(9), 0.2)), max(times(star(9), 0.2)), min(times(ring(9), 0.2))]
    assert low[1] < low[2]
    assert min(times(star(9), 1.6, 5)) > max(times(ring(9), 1.6, 5))


def test_where_a_unit_has_too_much_to_do_nothing_settles() -> None:
    assert utilisations(star(9), 1.6).max() > 1.0
    assert mean_time(star(9), 1.6) == float("inf")


def test_a_few_horizontal_links_take_most_of_the_congestion() -> None:
    """Dodds et al. (2003): with a tenth more links, half of the waiting is gone."""
    tree, linked = hierarchy(3, 3), hierarchy(3, 3, 8, seed=1)
    assert len(linked.edges) == len(tree.edges) + 8
    work = {network: utilisations(network, 1.35).sum() / 1.35 for network in (tree, linked)}
    waiting = [mean_time(network, 1.35) - work[network] for network in (tree, linked)]
    assert waiting[1] < 0.5 * waiting[0]


def test_more_links_are_the_same_links_and_others() -> None:
    assert set(hierarchy(3, 2, 3, seed=2).edges) < set(hierarchy(3, 2, 6, seed=2).edges)


def test_ways_go_through_the_centre_or_along_the_ring() -> None:
    assert star(5).route(1, 3) == (0, 3)
    assert ring(5).route(0, 2) == (1, 2)
    with pytest.raises(ValueError, match="no way"):
        Network(3, ((0, 1),)).route(0, 2)


def test_every_procedure_of_the_case_takes_as_long_as_its_critical_path() -> None:
    found = paths(load("sichuan_2022").mechanism, 5)
    assert len(found) > 20
    assert found["played"].to_numpy() == pytest.approx(found["path"].to_numpy(), abs=1e-9)


def test_a_critical_path_is_the_sum_of_the_steps_of_an_order() -> None:
    """From the tables alone: pass 0.25 h, a department's head 1 h."""
    from desim.calibration.critical_path import certain

    mechanism = certain(load("sichuan_2022").mechanism)
    assert critical_path(mechanism, "order.voluntary") == pytest.approx(1.25)
