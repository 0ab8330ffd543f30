"""Linear readouts: they find what there is, and their regularization is chosen on validation images."""

import numpy as np
import toy_reservoir as toy
import xarray as xr

from gradfree.experiments import reservoir_bounds as bounds


def inputs(noise: float, seed: int = 0):
    """Inputs of three classes along three axes, with noise, by part."""
    rng = np.random.default_rng(seed)
    labels = {part: np.tile([0, 1, 2], n) for part, n in (("train", 30), ("validation", 30), ("test", 100))}
    return {part: np.eye(8)[found] + noise * rng.normal(size=(len(found), 8)) for part, found in labels.items()}, labels


def test_ridge_and_logistic_readouts_separate_what_is_separable():
    values, labels = inputs(0.1)
    assert bounds.ridge(values, labels).all() and bounds.logistic(values, labels).all()


def test_without_information_they_guess():
    values, labels = inputs(1e6)
    for readout in (bounds.ridge, bounds.logistic):
        assert 0.2 < readout(values, labels).mean() < 0.47


def test_test_images_choose_nothing():
    values, labels = inputs(1.0)
    for readout in (bounds.ridge, bounds.logistic):
        hits = readout(values, labels)
        half = {**values, "test": values["test"][:60]}, {**labels, "test": labels["test"][:60]}
        np.testing.assert_array_equal(readout(*half), hits[:60])


def test_the_bounds_of_a_reservoir_count_spikes_only_while_the_image_is_on():
    data = toy.data()
    pixels = {name: np.ones((len(part.labels), 4)) for name, part in zip(bounds.PARTS, data.parts(), strict=True)}
    found = bounds.run(toy.MODEL, data, pixels).correct.mean("image")
    assert found.sel(bound="ridge on reservoir spikes") > 0.9
    assert np.isclose(found.sel(bound="ridge on pixels"), 1 / 3)
    two = bounds.run(toy.MODEL, data.of_classes(2), {name: x[: len(x) // 3 * 2] for name, x in pixels.items()})
    both = xr.concat([two, bounds.run(toy.MODEL, data, pixels)], "setting", join="outer")
    assert both.correct.notnull().sum("image").values.tolist() == [[12] * 3, [18] * 3]
    for part in data.parts():
        part.spikes.step[:] = 0
    silent = bounds.run(toy.MODEL, data, pixels).correct.mean("image")
    assert np.allclose(silent, 1 / 3)
