"""Food changes hands without getting lost, and the last unit goes to an ant drawn at random."""

import numpy as np

from gradfree.randomness import Stream
from gradfree.settings.ants import Arena, Motors, Trial
from gradfree.tasks.foraging import arena, contacts, motors

NEAR = Arena(nest_x=(80, 80), nest_y=(30, 30), piles=((86, 30), (80, 37), (75, 26)), stray_patches=0)


def settled(n: int, settings: Arena = NEAR, **trial: int) -> tuple[arena.Worlds, arena.Colonies]:
    worlds = arena.draw(settings, Trial(**trial), [Stream(3, ("contacts",)).generator(k) for k in range(n)])
    return worlds, arena.settle(worlds)


def test_food_on_the_ground_in_transit_and_at_home_adds_up_in_every_tick():
    worlds, colonies = settled(6)
    rng, home, total, most_carried = np.random.default_rng(0), 0, worlds.food.sum(), 0
    for tick in range(300):
        contacts.touch(worlds, colonies, tick)
        motors.act(Motors(turn_deg=40), colonies, rng.integers(0, 3, (*colonies.x.shape, 4)))
        home += contacts.bring_home(colonies).sum()
        arena.clamp(NEAR, colonies)
        most_carried = max(most_carried, colonies.carrying.sum())
        assert colonies.food.sum() + colonies.carrying.sum() + home == total
    assert home > 30 and most_carried > 10
    assert colonies.food.min() >= 0


def gather_at_last_unit(n: int, units: int = 1) -> tuple[arena.Worlds, arena.Colonies]:
    worlds, colonies = settled(n)
    colonies.x[:], colonies.y[:] = 90, 50
    colonies.food[:, 50, 90] = units
    return worlds, colonies


def test_as_many_ants_pick_up_as_there_are_units():
    for units in (1, 4, 15, 20):
        worlds, colonies = gather_at_last_unit(5, units)
        _, picked_up, _ = contacts.touch(worlds, colonies, tick=9)
        assert (picked_up.sum(axis=1) == min(units, 15)).all()
        assert (colonies.food[:, 50, 90] == max(units - 15, 0)).all()


def test_the_last_unit_goes_to_every_ant_equally_often():
    worlds, colonies = gather_at_last_unit(3000)
    _, picked_up, _ = contacts.touch(worlds, colonies, tick=9)
    wins = picked_up.sum(axis=0)
    assert wins.sum() == 3000
    assert ((wins - 200) ** 2 / 200).sum() < 36.1  # chi square, 14 degrees of freedom, p = 0.001


def test_who_wins_differs_from_tick_to_tick_but_not_from_run_to_run():
    winners = []
    for tick in (9, 10, 9):
        worlds, colonies = gather_at_last_unit(30)
        winners.append(contacts.touch(worlds, colonies, tick)[1].argmax(axis=1))
    assert (winners[0] != winners[1]).sum() > 15
    np.testing.assert_array_equal(winners[0], winners[2])


def test_the_random_order_never_ties_and_is_the_published_mixing_function():
    order = contacts.priority(np.arange(1000, dtype=np.uint64) * np.uint64(100), 3, 15)
    assert np.unique(order).size == order.size
    # first output of SplitMix64 with seed 1234567 (Vigna's reference code): its state is the seed plus the golden ratio
    state = np.array([(1234567 + 0x9E3779B97F4A7C15) % 2**64], np.uint64)
    assert contacts.priority(state, 0, 1)[0, 0] == 6457827717110365317


def test_an_ant_carries_one_unit_and_takes_none_on_the_nest():
    worlds, colonies = settled(1, n_ants=1)
    colonies.food[0, 30, 80] = 5  # on the nest
    assert not contacts.touch(worlds, colonies, 1)[1].any()
    colonies.x[:] = 86
    assert contacts.touch(worlds, colonies, 2)[1].all()
    assert not contacts.touch(worlds, colonies, 3)[1].any()


def test_food_counts_once_when_the_nest_comes_after_it():
    worlds, colonies = settled(1, n_ants=1)
    counted = []
    for tick, x in enumerate([80, 80, 86, 86, 80, 80, 86, 80]):
        colonies.x[:] = x
        contacts.touch(worlds, colonies, tick)
        counted.append(int(contacts.bring_home(colonies).sum()))
    assert counted == [0, 0, 0, 0, 1, 0, 0, 1]


def test_food_picked_up_in_tick_0_never_counts_as_published():
    worlds, colonies = settled(1, n_ants=1)
    colonies.x[:] = 86
    assert contacts.touch(worlds, colonies, 0)[1].all()
    colonies.x[:] = 80
    contacts.touch(worlds, colonies, 1)
    assert not contacts.bring_home(colonies).any()


def test_all_is_home_only_without_food_on_the_ground_or_in_transit():
    _, colonies = settled(3)
    colonies.food[1:] = 0
    colonies.carrying[1, 4] = True
    assert contacts.all_home(colonies).tolist() == [False, False, True]
