"""Whole colonies: known paths, conservation, symmetries, and that both engines agree bit by bit."""

from dataclasses import replace

import numpy as np
import pytest
from ant_recordings import champion

from gradfree.experiments import ant_colony, ant_recording
from gradfree.models import ant_brain
from gradfree.randomness import Stream
from gradfree.settings.ants import Arena, Brain, Colony, Motors, Scoring, Senses, Trial
from gradfree.tasks.foraging import arena, scoring

EVERYTHING = ant_recording.Wanted(tracks=True, spikes=True, pheromone_ticks=(0, 6, 7, 50))
SMALL = Arena(  # food all around the nest in a world whose halves mirror one another
    world_width_patches=31,
    world_height_patches=31,
    lower_left_wall=(0, 0),
    upper_right_wall=(30, 30),
    nest_x=(15, 15),
    nest_y=(15, 15),
    piles=((8, 15), (22, 15), (15, 8), (15, 22)),
    stray_center=(15, 15),
    stray_distance_patches=(4.0, 5.9),
)


def colony(n_hidden: int = 10, **changes: object) -> Colony:
    """Small colonies without dead genes. What is not given has its default."""
    parts = {"arena": SMALL, "brain": Brain(n_hidden=n_hidden, n_dead_genes=0), "trial": Trial(ticks=100)}
    return Colony(**(parts | changes))


def draw(settings: Colony, n: int, name: str = "world") -> arena.Worlds:
    return arena.draw(settings.arena, settings.trial, [Stream(11).generator(name, k) for k in range(n)])


def random_genomes(n: int, n_hidden: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    shape = n, ant_brain.n_synapses(n_hidden)
    return rng.uniform(-20, 20, shape), rng.uniform(1, 7, shape)


def circling(n: int = 1) -> tuple[np.ndarray, np.ndarray]:
    """Brains of one hidden neuron that follow the heartbeat: move and turn right in every tick."""
    weights = np.zeros((n, ant_brain.n_synapses(1)))
    weights[:, 11] = 20  # heartbeat to hidden
    weights[:, [12, 14]] = 20  # hidden to move and right
    return weights, np.ones_like(weights)


def both(settings: Colony, genomes: tuple[np.ndarray, np.ndarray], worlds: arena.Worlds) -> ant_colony.Outcome:
    """The outcome, after a look at whether the engines give the same down to every bit of every record."""
    wanted = EVERYTHING._replace(pheromone_ticks=tuple(t for t in (0, 6, 7, 50) if t < settings.trial.ticks))
    fast = ant_colony.run(settings, *genomes, worlds, wanted, engine="compiled")
    plain = ant_colony.run(settings, *genomes, worlds, wanted, engine="readable")
    for name, fast_record, plain_record in zip(fast.recording._fields, fast.recording, plain.recording, strict=True):
        np.testing.assert_array_equal(fast_record, plain_record, err_msg=name)
    np.testing.assert_array_equal(fast.tally, plain.tally)
    np.testing.assert_array_equal(fast.fitness, plain.fitness)
    return fast


@pytest.mark.parametrize(
    ("settings", "seed"),
    [
        (colony(), 0),
        (colony(n_hidden=20, arena=Arena()), 1),
        (colony(senses=Senses(smell=False, view_distance_patches=8)), 2),
        (colony(n_hidden=7, trial=Trial(ticks=60, n_ants=37, units_per_pile_patch=1)), 3),  # three groups of 16
        (colony(motors=Motors(turn_deg=25, step_patches=0.6, drop_units=0)), 4),
    ],
)
def test_both_engines_agree_bit_by_bit_on_random_brains(settings, seed):
    outcome = both(settings, random_genomes(8, settings.brain.n_hidden, seed), draw(settings, 8))
    assert (outcome.tally[:, scoring.MOVES] > 0).sum() >= 3
    assert np.unique(outcome.fitness).size >= 3


def test_both_engines_agree_when_ants_compete_for_the_last_units():
    settings = colony(1, trial=Trial(ticks=130, n_ants=40, units_per_pile_patch=1))
    worlds = draw(settings, 6)
    worlds.heading_deg[:] //= 90  # many ants on the same way at the same time
    outcome = both(settings, circling(6), worlds)
    picked = outcome.tally[:, scoring.PICKED_UP]
    assert picked.min() >= 5
    tracks = outcome.recording
    same_place = [np.unique(row.round(6)).size < 20 for row in tracks.x[:, 30]]
    assert all(same_place)
    again = ant_colony.run(settings, *circling(6), replace(worlds, contention_key=worlds.contention_key + np.uint64(1)))
    np.testing.assert_array_equal(again.tally[:, scoring.PICKED_UP], picked)  # who wins differs, how many do not


def test_a_brain_that_follows_its_heartbeat_walks_a_circle():
    settings = colony(1, trial=Trial(ticks=60, n_ants=3), arena=Arena(nest_x=(80, 80), nest_y=(30, 30)))
    worlds = draw(settings, 1)
    worlds.heading_deg[:] = [85, 262, 271]  # circles in the south and in the north, where there is room
    tracks = both(settings, circling(), worlds).recording
    angle = np.radians(worlds.heading_deg[0] + 6 * np.arange(1, 61)[:, None])
    np.testing.assert_allclose(tracks.x[0], worlds.nest_center[0, 0] + np.cumsum(np.sin(angle), axis=0), atol=1e-11)
    np.testing.assert_allclose(tracks.y[0], worlds.nest_center[0, 1] + np.cumsum(np.cos(angle), axis=0), atol=1e-11)
    assert (tracks.heading_deg[0, -1] == worlds.heading_deg[0]).all()


def test_a_trial_ends_at_the_first_multiple_of_seven_ticks_with_all_food_home():
    """One unit half way round the circle, home again after 60 ticks at the latest."""
    lonely = Arena(nest_x=(80, 80), nest_y=(30, 30), piles=((90, 30),), pile_radius_patches=0.5, stray_patches=0)
    settings = colony(1, arena=lonely, trial=Trial(ticks=200, n_ants=1, units_per_pile_patch=1))
    worlds = draw(settings, 1)
    worlds.heading_deg[:] = 270
    worlds.food[:] = 0
    worlds.food[0, 49, 80] = 1  # on the circle of radius 9.55 around (79.5, 39.5)
    outcome = both(settings, circling(), worlds)
    finished, ticks = outcome.tally[0, scoring.FINISHED_TICK], outcome.tally[0, scoring.TICKS]
    events = ant_recording.food_events(outcome.recording, 0)
    assert events["action"].tolist() == ["picked_up", "returned"]
    home = events["tick"][1]
    assert finished == -(-home // 7) * 7 and ticks == finished + 1 and finished < 70
    expected = 220 + 1.5 - (0.02 + 0.25) * ticks - 0.5 * ticks + 30 * (200 - finished)
    assert outcome.fitness[0] == pytest.approx(expected)
    assert np.isnan(outcome.recording.x[0, ticks:]).all() and not np.isnan(outcome.recording.x[0, :ticks]).any()


def test_the_tally_is_the_sum_of_the_recorded_actions_and_food_is_conserved():
    settings = colony(trial=Trial(ticks=300))
    outcome = ant_colony.run(settings, *random_genomes(12, 10, 5), draw(settings, 12), EVERYTHING)
    actions = ant_recording.unpack(outcome.recording.actions, 6)
    left, right, moved, dropped, picked, returned = np.moveaxis(actions, -1, 0)
    for column, events in [("turns", left | right), ("moves", moved), ("drops", dropped), ("picked_up", picked)]:
        found = outcome.tally[:, scoring.TALLY.index(column)]
        np.testing.assert_array_equal(found, events.sum(axis=(1, 2)), err_msg=column)
    np.testing.assert_array_equal(outcome.food_returned, returned.sum(axis=(1, 2)))
    carried = np.cumsum(picked.astype(int) - returned, axis=1)
    assert carried.min() == 0 and carried.max() == 1  # per ant: never two units, never one out of nothing
    assert picked.sum() > 50 and returned.sum() > 20


def test_ants_stay_clear_of_the_wall_and_only_feel_it_in_the_first_tick():
    settings = colony(arena=Arena())
    tracks = ant_colony.run(settings, *random_genomes(8, 10, 6), draw(settings, 8), EVERYTHING).recording
    assert tracks.x.min() >= 62 and tracks.x.max() <= 98 and tracks.y.min() >= 3 and tracks.y.max() <= 58
    sensed = ant_recording.unpack(tracks.sensors, 11)
    assert sensed[:, 0].all() and not sensed[:, 1:, :, ant_brain.INPUTS.index("nociceptive")].any()


@pytest.mark.parametrize("axis", ["x", "y"])
def test_a_mirrored_colony_in_a_mirrored_world_does_the_mirrored_thing(axis):
    """Left and right swapped in the brain; headings that never run along the grid, where rounding takes a side."""
    settings = colony(trial=Trial(ticks=150))
    weights, delays = random_genomes(6, 10, 7)
    worlds = draw(settings, 6)
    worlds.heading_deg[:] = worlds.heading_deg // 6 * 6 + 1
    dim = {"x": -1, "y": -2}[axis]
    fields = {name: np.flip(getattr(worlds, name), dim) for name in ("nest", "scent", "food")}
    mirrored_heading = (-worlds.heading_deg if axis == "x" else 180 - worlds.heading_deg) % 360
    mirrored_worlds = replace(worlds, heading_deg=mirrored_heading, **fields)
    swapped = [swap_sides(genes, 10) for genes in (weights, delays)]
    straight = both(settings, (weights, delays), worlds)
    mirrored = both(settings, tuple(swapped), mirrored_worlds)
    np.testing.assert_array_equal(straight.tally, mirrored.tally)
    for name in ("x", "y"):
        expected = getattr(straight.recording, name)
        expected = 30 - expected if name == axis else expected
        np.testing.assert_allclose(getattr(mirrored.recording, name), expected, atol=1e-9)
    np.testing.assert_array_equal(np.flip(straight.recording.pheromone, dim), mirrored.recording.pheromone)
    assert straight.recording.pheromone.max() > 0 and straight.tally[:, scoring.PICKED_UP].sum() > 10


def swap_sides(genes: np.ndarray, n_hidden: int) -> np.ndarray:
    """Genomes with smell left and right, nest left and right, and the motors left and right exchanged."""
    n_drives = 12 * n_hidden
    drives = genes[:, :n_drives].reshape(-1, 12, n_hidden)[:, [0, 1, 4, 3, 2, 5, 6, 9, 8, 7, 10, 11]]
    outputs = genes[:, -4 * n_hidden :].reshape(-1, n_hidden, 4)[:, :, [0, 2, 1, 3]]
    recurrent = genes[:, n_drives : -4 * n_hidden]
    return np.hstack([drives.reshape(len(genes), -1), recurrent, outputs.reshape(len(genes), -1)])


def test_a_colony_depends_on_its_genome_and_its_world_alone_and_not_on_threads():
    settings = colony(trial=Trial(ticks=200))
    weights, delays = random_genomes(7, 10, 8)
    worlds = draw(settings, 3)[[0, 0, 0, 1, 1, 2, 2]]
    together = ant_colony.run(settings, weights, delays, worlds, threads=3)
    alone = [ant_colony.run(settings, weights[k : k + 1], delays[k : k + 1], worlds[k : k + 1]) for k in range(7)]
    np.testing.assert_array_equal(together.fitness, np.concatenate([outcome.fitness for outcome in alone]))
    assert np.unique(together.fitness).size == 7


def test_without_smell_the_pheromone_field_changes_nothing_an_ant_does():
    settings = colony(senses=Senses(smell=False))
    genomes, worlds = random_genomes(6, 10, 9), draw(settings, 6)
    dropping = ant_colony.run(settings, *genomes, worlds)
    dry = ant_colony.run(settings.model_copy(update={"motors": Motors(drop_units=0)}), *genomes, worlds)
    np.testing.assert_array_equal(dropping.tally, dry.tally)
    assert dropping.tally[:, scoring.DROPS].sum() > 100


def test_the_fitness_follows_the_scoring_of_the_settings():
    settings = colony(1, scoring=Scoring(move=-1.0, turn=0.0, tick=0.0, picked_up=0.0, returned=0.0))
    outcome = ant_colony.run(settings, *circling(), draw(settings, 1))
    assert outcome.fitness[0] == -15 * 100


def test_the_published_champion_brings_home_the_published_amount_and_needs_its_nose():
    """Published over 100 seeds: 128.63 +/- 9.64 units, fitness 22 202 +/- 2 119 (6.3); here 12 trials."""
    recorded = champion()
    weights, delays = (np.repeat(recorded[name][None], 12, axis=0) for name in ("weights", "delays"))
    settings = Colony()
    worlds = draw(settings, 12, "champion")
    outcome = ant_colony.run(settings, weights, delays, worlds)
    assert outcome.food_returned.mean() == pytest.approx(128.63, abs=4 * 9.64 / np.sqrt(12))
    assert outcome.fitness.mean() == pytest.approx(22_202, abs=4 * 2_119 / np.sqrt(12))
    impaired = settings.model_copy(update={"senses": Senses(smell=False)})
    without = ant_colony.run(impaired, weights[:3], delays[:3], worlds[:3])
    assert without.food_returned.max() <= 20


def test_spike_events_are_the_spikes_of_the_readable_brain():
    settings = colony(trial=Trial(ticks=20, n_ants=4))
    weights, delays = random_genomes(2, 10, 10)
    outcome = both(settings, (weights, delays), draw(settings, 2))
    events = ant_recording.spike_events(outcome.recording, 1, 10)
    sensed = ant_recording.unpack(outcome.recording.sensors, 11)
    state, synapses = ant_brain.rest(2, 4, 10), ant_brain.connect(weights, delays, 10)
    spikes = np.concatenate([ant_brain.tick(state, synapses, sensed[:, k]) for k in range(20)], axis=2)[1]
    step, ant, neuron = np.nonzero(spikes.swapaxes(0, 1))
    assert len(step) > 500
    assert events["time_ms"].tolist() == (step + 1).tolist()
    assert events["ant"].tolist() == ant.tolist() and events["neuron"].tolist() == neuron.tolist()


def test_food_events_lie_on_food_and_on_the_nest():
    settings = colony(trial=Trial(ticks=300))
    worlds = draw(settings, 12)
    recording = ant_colony.run(settings, *random_genomes(12, 10, 5), worlds, EVERYTHING).recording
    kinds = {"picked_up": worlds.food > 0, "returned": worlds.nest}
    found = dict.fromkeys(kinds, 0)
    for index in range(12):
        events = ant_recording.food_events(recording, index)
        for kind, place in kinds.items():
            x, y = (events[axis][events["action"] == kind] for axis in ("x", "y"))
            assert place[index, np.floor(y + 0.5).astype(int), np.floor(x + 0.5).astype(int)].all()
            found[kind] += len(x)
    assert min(found.values()) > 20


def test_nothing_is_recorded_unless_wanted():
    settings = colony(1)
    recording = ant_colony.run(settings, *circling(), draw(settings, 1)).recording
    assert {record.size for record in recording} == {0}


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"worlds": 2}, "worlds with 2 colonies: expected 1; draw one world per genome"),
        ({"n_ants": 4}, "worlds with 15 ants per colony: expected 4"),
        ({"arena": Arena()}, "worlds with 31 rows of patches: expected 61"),
        ({"n_hidden": 2}, r"weights of shape \(1, 16\): expected \(brain, 34\)"),
        (
            {"wanted": ant_recording.Wanted(pheromone_ticks=(100,))},
            "pheromone_ticks holds 100: expected ticks from 0",
        ),
        ({"threads": 0}, "threads is 0: expected at least 1"),
    ],
)
def test_what_does_not_fit_together_is_refused(changes, message):
    worlds = draw(colony(1), changes.get("worlds", 1))
    settings = colony(
        changes.get("n_hidden", 1),
        trial=Trial(ticks=100, n_ants=changes.get("n_ants", 15)),
        arena=changes.get("arena", SMALL),
    )
    with pytest.raises(ValueError, match=message):
        ant_colony.run(
            settings, *circling(), worlds, changes.get("wanted", EVERYTHING), threads=changes.get("threads", 1)
        )
