"""Mistakes in the configuration of the readout's training are named before anything runs."""

import pytest
import toy_reservoir as toy
import yaml
from pydantic import ValidationError

from gradfree import config
from gradfree.config import ConfigError
from gradfree.settings.readout import DEFECTS


@pytest.mark.parametrize(
    ("override", "message"),
    [
        ("{spikes: {digits: {one_strong_synapse_per_pixel: [0, 1, 2]}}}", "n_classes 10 needs digits [3, 4, 5, 6, 7,"),
        ("{readout: {settings: {ten: {wiring: published}}}}", "add them to reservoir.spikes.digits.published"),
        ("{spikes: {digits: {published: [1, 1]}}}", "hold a digit twice"),
        ("{readout: {settings: {corrected: {images_per_class: 500}}}}", "images_per_class 500 exceeds the"),
        ("{readout: {settings: {corrected: {outputs: softmax}}}}", "localized true needs outputs `rates`"),
        ("{readout: {settings: {corrected: {switched: [same_image]}}}}", "same_image"),
        ("{figures: {defects: [publishd]}}", "publishd"),
    ],
    ids=["digits", "wiring", "twice", "images", "localization", "defect", "figure"],
)  # fmt: skip
def test_what_cannot_be_trained_is_named(pytestconfig, override, message):
    with pytest.raises(ConfigError) as found:
        config.read(pytestconfig.rootpath, overrides={"reservoir": yaml.safe_load(override)})
    assert message in str(found.value) and "reservoir" in str(found.value)


def test_the_published_variant_has_all_defects_and_a_switch_turns_one_round():
    assert toy.config(**toy.PUBLISHED).defects == set(DEFECTS)
    assert toy.config().defects == set()
    repaired = toy.config(**toy.PUBLISHED, switched=("same_images",)).defects
    assert repaired == set(DEFECTS) - {"same_images"}


def test_more_classes_than_digits_are_refused():
    with pytest.raises(ValidationError, match="n_classes"):
        toy.config(n_classes=11)
