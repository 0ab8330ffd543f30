"""An optimizee of one's own: a leaky integrate-and-fire neuron whose firing rates shall be those of another one.

The other one is known by its rates only, which are measured with noise. All that makes this something the outer loop
can tune is the class below: a tuple of tasks, and a method that returns a dataset with a `fitness`.
"""

import numpy as np
import xarray as xr

CURRENTS_NA = {"search": np.linspace(0.2, 1.0, 9), "test": np.linspace(0.25, 1.2, 20)}
DURATION_MS, STEP_MS, RESISTANCE_MOHM, RESET_MV = 500.0, 0.1, 40.0, 0.0
TRUE = {"time_constant_ms": 12.0, "threshold_mV": 9.0, "refractory_steps": 25}


class LeakyNeuron:
    """The search sees noisy rates at some currents; the comparison at the end uses others, partly beyond those."""

    tasks = ("search", "test")

    def __init__(self, inputs, *, noise_Hz: float) -> None:
        if noise_Hz < 0:
            raise ValueError(f"noise_Hz must not be negative, found {noise_Hz}")
        self.noise_Hz = noise_Hz

    def run(self, genes, stream, task, start=None):
        """Fitness is minus the root mean square difference of firing rates."""
        currents_nA = CURRENTS_NA[task]
        noise_Hz = self.noise_Hz * stream.generator("measurement").standard_normal(len(currents_nA))
        wanted_Hz = rates_Hz(currents_nA, **TRUE) + noise_Hz
        found_Hz = rates_Hz(currents_nA, **genes)
        fitness = -np.sqrt(np.mean((found_Hz - wanted_Hz) ** 2))
        return xr.Dataset(
            {
                "fitness": ((), fitness, {"units": "Hz", "long_name": "minus rms difference of firing rates"}),
                "rate": ("setting", found_Hz, {"units": "Hz", "long_name": "firing rate"}),
                "wanted_rate": ("setting", wanted_Hz, {"units": "Hz", "long_name": "firing rate to be met"}),
                "current": ("setting", currents_nA, {"units": "nA", "long_name": "injected current"}),
            }
        )


def rates_Hz(currents_nA, time_constant_ms, threshold_mV, refractory_steps):
    """Spikes per second at each current, by Euler steps."""
    voltage_mV, waiting, spikes = (np.zeros(len(currents_nA)) for _ in range(3))
    for _ in range(round(DURATION_MS / STEP_MS)):
        change_mV = (RESISTANCE_MOHM * currents_nA - voltage_mV) * STEP_MS / time_constant_ms
        voltage_mV = np.where(waiting > 0, RESET_MV, voltage_mV + change_mV)
        waiting = np.maximum(waiting - 1, 0)
        fired = voltage_mV >= threshold_mV
        spikes += fired
        waiting[fired] = refractory_steps
        voltage_mV[fired] = RESET_MV
    return spikes * 1000 / DURATION_MS
