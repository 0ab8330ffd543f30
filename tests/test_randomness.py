"""Generators depend on names alone."""

import hashlib
import random

import numpy as np
import torch

from gradfree.randomness import Stream, python_seeded, torch_seeded


def test_the_same_name_gives_the_same_numbers_and_another_name_others():
    stream = Stream(1).child("cnn", "seed")
    draws = [stream.generator(3).normal(size=4), Stream(1, ("cnn",)).generator("seed", 3).normal(size=4)]
    np.testing.assert_array_equal(*draws)
    for other in (stream.generator(4), stream.generator("3"), Stream(2).child("cnn", "seed").generator(3)):
        assert not np.allclose(draws[0], other.normal(size=4))


def test_names_do_not_run_into_each_other():
    assert Stream(1).integer("a/b") != Stream(1).integer("a", "b") != Stream(1).integer("ab")


def test_seed_numbers_are_stable_across_versions():
    """A recorded number: if it changes, every published result of this repository changes."""
    assert Stream(0).integer("x") == int.from_bytes(hashlib.sha256(b"(0, ('x',))").digest()[:8], "big") >> 1


def test_torch_is_seeded_inside_the_block_and_untouched_outside():
    before = torch.random.get_rng_state()
    draws = []
    for _ in range(2):
        with torch_seeded(Stream(5), "init"):
            draws.append(torch.randn(3))
    assert torch.equal(*draws) and torch.equal(before, torch.random.get_rng_state())


def test_the_standard_library_is_seeded_inside_the_block_and_untouched_outside():
    before, draws = random.getstate(), []
    for _ in range(2):
        with python_seeded(Stream(5).generator("parents")):
            draws.append((random.random(), random.gauss(0, 1)))
    assert draws[0] == draws[1] and random.getstate() == before
