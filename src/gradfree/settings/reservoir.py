"""Configuration of chapter `reservoir`. Published values: the NEST use case of the L2L framework (Frontiers 2022)."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from gradfree.settings.base import Block, PositiveFloat, PositiveInt

Wiring = Literal["published", "one_strong_synapse_per_pixel"]
Part = Literal["train", "validation", "test"]
PARTS: tuple[Part, ...] = ("train", "validation", "test")
Digit = Annotated[int, Field(ge=0, le=9)]
PerClass = Annotated[int, Field(ge=1, le=800)]  # the rarest digit has 892 test images
Rate = Annotated[float, Field(ge=0)]


class Neuron(Block):
    """All neurons alike: leaky integrate-and-fire with alpha synapses, the defaults of NEST's `iaf_psc_alpha`."""

    membrane_time_ms: PositiveFloat = 10.0
    """Time constant of the membrane."""
    synaptic_time_ms: PositiveFloat = 2.0
    """Rise time of the synaptic current, which is also its time constant of decay."""
    capacitance_pF: PositiveFloat = 250.0
    """Capacitance of the membrane."""
    threshold_mV: PositiveFloat = 15.0
    """Threshold above rest; rest is -70 mV and also where a spike resets to."""
    refractory_period_ms: PositiveFloat = 2.0
    """Time after a spike in which the membrane potential stays at rest."""

    @model_validator(mode="after")
    def _time_constants_differ(self) -> Self:
        if self.membrane_time_ms == self.synaptic_time_ms:
            raise ValueError(
                f"synaptic_time_ms {self.synaptic_time_ms} equals membrane_time_ms: expected two different time "
                "constants, since the propagators divide by their difference; change one a little"
            )
        return self


class Weights(Block):
    """Normally distributed weights; their sign is not enforced."""

    mean_pA: float
    """Mean; a weight is the peak of the current that one spike causes."""
    std_pA: Annotated[float, Field(ge=0)]
    """Standard deviation."""


class Populations(Block):
    """Numbers of neurons."""

    n_input: PositiveInt = 784
    """Input neurons, one per pixel."""
    n_excitatory: PositiveInt = 1600
    """Excitatory neurons of the reservoir."""
    n_inhibitory: PositiveInt = 400
    """Inhibitory neurons of the reservoir."""
    n_output_excitatory: PositiveInt = 10
    """Excitatory neurons per output cluster; their mean rate is the output."""
    n_output_inhibitory: PositiveInt = 2
    """Inhibitory neurons per output cluster."""

    @property
    def n_reservoir(self) -> int:
        """Neurons of the reservoir, excitatory ones first."""
        return self.n_excitatory + self.n_inhibitory

    @property
    def n_output(self) -> int:
        """Neurons of an output cluster, excitatory ones first."""
        return self.n_output_excitatory + self.n_output_inhibitory


class Encoding(Block):
    """How an image becomes spikes: one Poisson generator per pixel, which drives one input neuron."""

    min_rate_Hz: Rate = 1.0
    """Rate of a black pixel, and of every pixel between images."""
    max_rate_Hz: PositiveFloat = 100.0
    """Rate of the brightest pixel of an image."""
    generator: Weights = Weights(mean_pA=70, std_pA=400)
    """Generator to input neuron, published wiring."""
    strong_generator_pA: PositiveFloat = 1300.0
    """The same, wiring `one_strong_synapse_per_pixel`: above the 1154 pA at which one spike makes a neuron fire."""

    @model_validator(mode="after")
    def _rates_are_ordered(self) -> Self:
        if self.min_rate_Hz > self.max_rate_Hz:
            raise ValueError(f"min_rate_Hz {self.min_rate_Hz} exceeds max_rate_Hz {self.max_rate_Hz}; swap them")
        return self


class Connectivity(Block):
    """Synapses; every neuron has at most one synapse from another (no multapses), none from itself in the reservoir."""

    input_indegree: PositiveInt = 8
    """Synapses from input neurons to each neuron of the reservoir."""
    excitatory_outdegrees: tuple[PositiveInt, PositiveInt] = (96, 32)
    """Synapses of an excitatory neuron to excitatory and to inhibitory neurons of the reservoir."""
    inhibitory_outdegrees: tuple[PositiveInt, PositiveInt] = (160, 32)
    """The same of an inhibitory neuron."""
    input_weights: Weights = Weights(mean_pA=70, std_pA=400)
    """Input to reservoir."""
    excitatory_weights: Weights = Weights(mean_pA=70, std_pA=100)
    """From excitatory neurons, within the reservoir."""
    inhibitory_weights: Weights = Weights(mean_pA=-90, std_pA=100)
    """From inhibitory neurons, within the reservoir."""
    output_indegrees: tuple[PositiveInt, PositiveInt] = (640, 160)
    """Trained synapses of each output neuron, from excitatory and from inhibitory neurons of the reservoir."""
    inner_indegree: PositiveInt = 2
    """Synapses of an output neuron from excitatory and from inhibitory ones of its cluster; autapses are allowed."""
    inner_weight_pA: float = 1.0
    """Their weight, also of the inhibitory ones, as published."""


class Background(Block):
    """Poisson trains, independent for each neuron that they reach."""

    background_rate_Hz: Rate = 8000.0
    """Background of the reservoir."""
    background_weight_pA: float = 5.5
    """Its weight."""
    noise_rate_Hz: Rate = 10000.0
    """Noise of reservoir and output neurons."""
    noise_weight_pA: float = 1.0
    """Its weight."""


class Protocol(Block):
    """What happens around an image. All start from one and the same awake state: no image depends on one before it."""

    warm_up_rate_Hz: Rate = 20.0
    """Rate of all pixels in a warm-up from rest, in place of an image; all images start from its last state."""
    cooling_ms: PositiveFloat = 200.0
    """Before an image, all pixels black."""
    image_ms: PositiveFloat = 500.0
    """The image is shown and output spikes are counted."""
    lead_in_ms: PositiveFloat = 100.0
    """How long before the image output neurons start from rest; they forget within 50 ms."""

    @model_validator(mode="after")
    def _outputs_start_within_the_simulation(self) -> Self:
        if self.lead_in_ms > self.cooling_ms:
            raise ValueError(
                f"lead_in_ms {self.lead_in_ms} exceeds cooling_ms {self.cooling_ms}: expected output neurons to start "
                "when the simulation of an image does or later; shorten it"
            )
        return self


class Plausible(Block):
    """Mean rates of a population over an image outside these bounds end the simulation with an error."""

    excitatory_Hz: tuple[float, float] = (0.5, 60.0)
    """Excitatory neurons of the reservoir."""
    inhibitory_Hz: tuple[float, float] = (1.0, 150.0)
    """Inhibitory neurons of the reservoir."""


class Model(Block):
    """The spiking network: input neurons, reservoir, output clusters."""

    dt_ms: PositiveFloat = 0.1
    """Step of the simulation; spikes lie on this grid."""
    delay_ms: PositiveFloat = 1.0
    """Delay of every synapse."""
    neuron: Neuron = Neuron()
    """Neurons."""
    populations: Populations = Populations()
    """Numbers of neurons."""
    encoding: Encoding = Encoding()
    """From pixels to spikes."""
    connectivity: Connectivity = Connectivity()
    """Synapses."""
    background: Background = Background()
    """Drive and noise."""
    protocol: Protocol = Protocol()
    """Times."""
    plausible_rates: Plausible = Plausible()
    """When the reservoir counts as silent or exploded."""

    def steps(self, time_ms: float) -> int:
        """A time as whole steps of dt_ms."""
        return round(time_ms / self.dt_ms)

    @property
    def onset_step(self) -> int:
        """First step in which the image is on, counted from the start of its simulation."""
        return self.steps(self.protocol.cooling_ms)

    @property
    def n_steps(self) -> int:
        """Steps of the simulation of one image."""
        return self.onset_step + self.steps(self.protocol.image_ms)

    @property
    def delay_steps(self) -> int:
        """Steps from a spike to its effect."""
        return self.steps(self.delay_ms)

    @model_validator(mode="after")
    def _dt_divides_all_times(self) -> Self:
        times = {"delay_ms": self.delay_ms, "neuron.refractory_period_ms": self.neuron.refractory_period_ms}
        times |= {f"protocol.{name}": time_ms for name, time_ms in self.protocol if name.endswith("_ms")}
        for name, time_ms in times.items():
            steps = time_ms / self.dt_ms
            if round(steps) < 1 or abs(steps - round(steps)) > 1e-6 * steps:
                raise ValueError(
                    f"dt_ms {self.dt_ms} does not divide {name} {time_ms}: expected a whole number of steps, found "
                    f"{steps:.6g}; choose a divisor such as 0.1"
                )
        return self

    @model_validator(mode="after")
    def _degrees_fit_the_populations(self) -> Self:
        sizes, graph = self.populations, self.connectivity
        needs = {
            "connectivity.input_indegree": (graph.input_indegree, sizes.n_input),
            "connectivity.excitatory_outdegrees": (graph.excitatory_outdegrees[0], sizes.n_excitatory - 1),
            "connectivity.excitatory_outdegrees to inhibitory neurons": (
                graph.excitatory_outdegrees[1],
                sizes.n_inhibitory,
            ),
            "connectivity.inhibitory_outdegrees": (graph.inhibitory_outdegrees[0], sizes.n_excitatory),
            "connectivity.inhibitory_outdegrees to inhibitory neurons": (
                graph.inhibitory_outdegrees[1],
                sizes.n_inhibitory - 1,
            ),
            "connectivity.output_indegrees": (graph.output_indegrees[0], sizes.n_excitatory),
            "connectivity.output_indegrees from inhibitory neurons": (graph.output_indegrees[1], sizes.n_inhibitory),
            "connectivity.inner_indegree": (
                graph.inner_indegree,
                min(sizes.n_output_excitatory, sizes.n_output_inhibitory),
            ),
        }
        for name, (degree, available) in needs.items():
            if degree > available:
                raise ValueError(
                    f"{name} {degree} exceeds the {available} neurons there are to connect; lower it or enlarge "
                    "populations"
                )
        return self


class ImagesPerClass(Block):
    """How many images of each digit; the parts have none in common."""

    train: PerClass
    """The first ones among MNIST's training images 0 to 49 999."""
    validation: PerClass
    """The first ones among MNIST's training images 50 000 to 59 999."""
    test: PerClass
    """The first ones among MNIST's test images."""


class SpikeSets(Block):
    """Reservoir spikes in the store: which images were simulated."""

    digits: Annotated[dict[Wiring, Annotated[list[Digit], Field(min_length=2)]], Field(min_length=1)]
    """How images enter, as published or so that every pixel is heard, and which classes are shown to that input."""
    images_per_class: ImagesPerClass
    """Images."""
    images_per_chunk: PositiveInt
    """Images that one job simulates; the numbers do not depend on it."""

    @model_validator(mode="after")
    def _digits_differ(self) -> Self:
        for wiring, digits in self.digits.items():
            if len(set(digits)) < len(digits):
                raise ValueError(f"digits of {wiring}, {digits}, hold a digit twice; name each once")
        return self

    @property
    def wirings(self) -> list[Wiring]:
        """The input wirings that are simulated."""
        return list(self.digits)

    def chunks(self, wiring: Wiring) -> list[dict[Part, tuple[int, int]]]:
        """For each job the images that it simulates: first and last + 1 of each part; parts follow one another."""
        sizes = {part: len(self.digits[wiring]) * getattr(self.images_per_class, part) for part in PARTS}
        return [self._chunk(first, sizes) for first in range(0, sum(sizes.values()), self.images_per_chunk)]

    def _chunk(self, first: int, sizes: dict[Part, int]) -> dict[Part, tuple[int, int]]:
        found: dict[Part, tuple[int, int]] = {}
        begin, end = first, first + self.images_per_chunk
        for part, size in sizes.items():
            if begin < size and end > 0:
                found[part] = (max(begin, 0), min(end, size))
            begin, end = begin - size, end - size
        return found
