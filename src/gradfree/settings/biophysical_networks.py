"""Configuration of chapter `biophysical`: single neurons and recurrent networks of Morris-Lecar neurons."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from gradfree.settings.base import Block, PositiveFloat, PositiveInt
from gradfree.settings.training import Training

Cause = Literal["n_words", "capacitance_uF_per_cm2", "release_width_mV"]


class NetworkTraining(Training):
    """One training of a recurrent Morris-Lecar network."""

    task: Literal["integration", "memory"]
    """Name the word shown most often, or the one shown before a silent delay."""
    n_words: PositiveInt
    """Content words of a trial; of memory, how long the cue is shown."""
    n_delay: Annotated[int, Field(ge=0)]
    """Silent words before the last one."""
    word_ms: PositiveFloat
    """How long a word is shown."""
    readout_ms: PositiveFloat
    """Window at the end of a trial in which outputs are averaged or spikes counted."""
    dt_ms: PositiveFloat
    """Time step."""
    n_neurons: PositiveInt
    """Neurons; published: 128."""
    neuron: Literal["network", "snlc", "hopf", "homoclinic", "turn-off", "turn-off-textbook"]
    """Set of neuron constants."""
    capacitance_uF_per_cm2: PositiveFloat | None
    """Another membrane capacitance than that of the set, or null; small ones make the neuron stiff."""
    release_width_mV: PositiveFloat
    """How gradually outputs follow the potential; small widths are nearly steps."""
    synapse_ms: PositiveFloat | None = None
    """Time constant with which synapses and the readout follow outputs, or null, as published, for none."""
    input_std: PositiveFloat | None = None
    """Standard deviation of normal initial input weights, or null for the published ones."""
    without_recurrence: bool
    """Recurrent weights are zero and, unless they are trained, stay so."""
    loss: Literal["cross_entropy", "spike_counts", "errors"]
    """Of the logits; of spikes counted in three groups of neurons; the share of wrong answers."""
    batch_size: PositiveInt
    """Trials of a step."""
    n_validation: PositiveInt
    """Trials that are only looked at."""
    precision: Literal["float32", "float64"]
    """Of backpropagation."""
    truncate_steps: PositiveInt | None
    """Time steps that derivatives reach back, or null for all."""
    checkpoint_steps: PositiveInt | None = None
    """Time steps whose states backpropagation keeps at a time; earlier ones are simulated again. Null keeps all."""

    @model_validator(mode="after")
    def _checkpoints_are_compiled(self) -> Self:
        if self.checkpoint_steps is not None and self.precision == "float64":
            raise ValueError("checkpoint_steps is there for precision float32 only: set it to null")
        return self


class TurnOff(Block):
    """One neuron is turned off by its input: landscapes and descents."""

    n_seeds: PositiveInt = 1
    """Initial states, each with its own draws."""
    neuron: Literal["turn-off", "turn-off-textbook"]
    """As published, where C = 20 is not applied, or with it."""
    dt_ms: PositiveFloat
    """Time step."""
    durations_ms: Annotated[list[PositiveFloat], Field(min_length=1)]
    """Durations of the trials whose landscapes are drawn."""
    training_ms: PositiveFloat
    """Duration of the trials that are descended on."""
    weight_range: tuple[float, float]
    """Ends of the landscape."""
    n_weights: PositiveInt
    """Its points."""
    starts: Annotated[list[float], Field(min_length=1)]
    """Weights from which both methods descend."""
    iterations: PositiveInt
    """Steps of a descent."""
    learning_rate: PositiveFloat
    """Of plain gradient descent."""
    n_members: Annotated[int, Field(ge=2)]
    """Population S."""
    sigma: PositiveFloat
    """Standard deviation of perturbations."""
    spike_scale: PositiveFloat
    """Spikes per second that count as a loss of one."""


class Stability(Block):
    """How derivatives grow when one cause is varied."""

    n_seeds: PositiveInt = 1
    """Repetitions; more of them only add runs."""
    cause: Cause
    """What is varied: duration (in words), stiffness, or steepness of outputs."""
    values: Annotated[list[float], Field(min_length=2)]
    """Its values."""
    n_draws: PositiveInt
    """Initial networks of a run."""
    n_directions: PositiveInt
    """Random directions in which the gradient is compared with the slope of the smoothed loss."""
    sigma: PositiveFloat
    """Standard deviation of that smoothing."""
    orbit_current: PositiveFloat
    """Current of the neuron whose Jacobian is followed, in µA/cm²."""
    network: NetworkTraining
    """The network; its training keys have no effect."""

    @property
    def iterations(self) -> int:
        """Measurements of one run."""
        return len(self.values) * self.n_draws

    def changed(self, value: float) -> NetworkTraining:
        """The network with one value of the cause."""
        return varied(self.network, self.cause, value)


class Success(Block):
    """Where backpropagation succeeds when one cause, the learning rate and clipping are varied together."""

    n_seeds: PositiveInt = 1
    """Repetitions, each with its own start and trials; more of them only add runs."""
    cause: Cause
    """What is varied: duration (in words), stiffness, or steepness of outputs."""
    values: Annotated[list[float], Field(min_length=2)]
    """Its values."""
    learning_rates: Annotated[list[PositiveFloat], Field(min_length=2)]
    """Learning rates at the start."""
    clip_norms: Annotated[list[PositiveFloat | None], Field(min_length=1)]
    """Longest gradients that are let through whole; null for no clipping."""
    network: NetworkTraining
    """The network and its training."""

    @property
    def iterations(self) -> int:
        """Trainings of one run."""
        return len(self.values) * len(self.learning_rates) * len(self.clip_norms)

    def changed(self, value: float, learning_rate: float, clip_norm: float | None) -> NetworkTraining:
        """The training at one place of the map."""
        found = varied(self.network, self.cause, value)
        return found.model_copy(update={"learning_rate": learning_rate, "clip_norm": clip_norm})


def varied(network: NetworkTraining, cause: str, value: float) -> NetworkTraining:
    """The network with one value of a cause."""
    number = int(value) if cause == "n_words" else value
    return NetworkTraining(**{**network.model_dump(), cause: number})
