"""The configuration of ant colonies refuses what cannot be."""

import pytest
from pydantic import ValidationError

from gradfree.settings.ants import Arena, Brain, Colony, Motors, RuleBased, Trial


def test_defaults_are_the_published_test_condition():
    colony = Colony()
    assert (colony.trial.n_ants, colony.trial.ticks, colony.brain.n_hidden) == (15, 2000, 20)
    assert colony.arena.piles == ((65, 53), (65, 6), (96, 30))


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (
            lambda: Arena(piles=((65, 53), (101, 6))),
            r"food pile \(101, 6\) spans x 101..101.*at least 3 patches inside",
        ),
        (lambda: Arena(piles=((65, 3),)), r"food pile \(65, 3\).*y 1..60; move it"),
        (lambda: Arena(nest_x=(50, 60)), "nest's center spans x 50..60"),
        (lambda: Arena(nest_x=(85, 72)), "expected an ordered span"),
        (lambda: Arena(upper_right_wall=(101, 60)), "the wall spans x 60..101"),
        (lambda: Arena(margin_patches=1), "what ants sense spans"),
        (lambda: Colony(motors=Motors(step_patches=2.5)), "step_patches 2.5 exceeds margin_patches 2"),
        (lambda: RuleBased(piles=((19, 0),)), r"food pile \(19, 0\)"),
        (lambda: Brain(n_hidden=61), "n_hidden"),
        (lambda: Trial(ants=3), "Extra inputs are not permitted"),
    ],
)
def test_an_impossible_setting_is_refused_by_name(make, message):
    with pytest.raises(ValidationError, match=message):
        make()
