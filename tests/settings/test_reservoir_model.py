"""Settings of the spiking network that cannot be simulated end before anything is."""

import pytest
from pydantic import ValidationError

from gradfree.settings.reservoir import Connectivity, Encoding, Model, Neuron, Populations, Protocol, SpikeSets

SPIKES = {
    "digits": {"published": [0, 1]},
    "images_per_class": {"train": 2, "validation": 2, "test": 2},
    "images_per_chunk": 4,
}


def test_the_defaults_are_the_published_network():
    model = Model()
    assert (model.onset_step, model.n_steps, model.delay_steps) == (2000, 7000, 10)
    assert (model.populations.n_reservoir, model.populations.n_output) == (2000, 12)


@pytest.mark.parametrize(("dt_ms", "name"), [(0.3, "delay_ms 1.0"), (0.4, "delay_ms 1.0"), (2.0, "delay_ms 1.0")])
def test_a_step_that_does_not_divide_the_delay_is_refused(dt_ms, name):
    with pytest.raises(ValidationError, match=f"dt_ms {dt_ms} does not divide {name}.*whole number of steps"):
        Model(dt_ms=dt_ms)


@pytest.mark.parametrize("dt_ms", [0.05, 0.1, 0.2, 0.25, 0.5, 1.0])
def test_divisors_of_all_times_are_accepted(dt_ms):
    assert Model(dt_ms=dt_ms).delay_steps == round(1 / dt_ms)


@pytest.mark.parametrize(
    ("broken", "message"),
    [
        (lambda: Model(protocol=Protocol(image_ms=500.03)), "does not divide protocol.image_ms"),
        (lambda: Protocol(cooling_ms=50, lead_in_ms=100), "exceeds cooling_ms"),
        (lambda: Neuron(synaptic_time_ms=10), "two different time constants"),
        (lambda: Encoding(min_rate_Hz=200), "exceeds max_rate_Hz"),
        (lambda: Model(populations=Populations(n_excitatory=50)), "exceeds the 49 neurons"),
        (lambda: Model(connectivity=Connectivity(inner_indegree=3)), "exceeds the 2 neurons"),
        (lambda: SpikeSets(**{**SPIKES, "digits": {"published": [0, 10]}}), "less than or equal to 9"),
        (lambda: SpikeSets(**{**SPIKES, "digits": {"published": [-1, 1]}}), "greater than or equal to 0"),
        (lambda: SpikeSets(**{**SPIKES, "digits": {"published": [1, 1]}}), "hold a digit twice"),
        (
            lambda: SpikeSets(**{**SPIKES, "images_per_class": {"train": 0, "validation": 1, "test": 1}}),
            "greater than or equal to 1",
        ),
    ],
)
def test_what_cannot_be_simulated_is_refused(broken, message):
    with pytest.raises(ValidationError, match=message):
        broken()
