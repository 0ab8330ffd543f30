"""How the reservoir fires while images are on: rates by image and by neuron, and one image spike by spike."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import xarray as xr
from numpy.typing import NDArray

RATE_EDGES_HZ = np.concatenate([[0.0], np.geomspace(0.5, 250, 28)])
POPULATIONS = ("input", "excitatory", "inhibitory")
EXAMPLE = 0  # the image that is shown


def summarize(
    chunks: Sequence[tuple[str, xr.Dataset]], n_input: int, n_excitatory: int, n_inhibitory: int, **_: int
) -> xr.Dataset:
    """Rates over dims (setting, population, image) and (setting, population, bin), and the events of one image.

    Where wirings were shown different numbers of images, the rest is NaN.
    `chunks` are the name of a wiring, which is the setting, and spikes in the store; sizes are those of the model.
    """
    settings = list(dict.fromkeys(name for name, _ in chunks))
    sizes = dict(zip(POPULATIONS, (n_input, n_excitatory, n_inhibitory), strict=True))
    by_setting = [_rates([chunk for name, chunk in chunks if name == setting], sizes) for setting in settings]
    examples = [_example(next(chunk for name, chunk in chunks if name == setting)) for setting in settings]
    summary = xr.concat(by_setting, dim="setting", join="outer").assign_coords(setting=settings)
    place = np.repeat(np.arange(len(settings)), [len(step) for step, _, _ in examples])
    step, neuron, population = (np.concatenate(column) for column in zip(*examples, strict=True))
    labels = {
        "event_setting": (place, "place of the wiring of each spike of the example"),
        "event_step": (step, "step of each spike of the example"),
        "event_neuron": (neuron, "neuron of each spike of the example"),
        "event_population": (population, "0 for input neurons, 1 for the reservoir"),
    }
    for name, (values, text) in labels.items():
        summary[name] = ("event", values, {"units": "1", "long_name": text})
    first = chunks[0][1].attrs
    keys = ("dt_ms", "onset_step", "n_steps", "commit")
    summary.attrs = {key: first[key] for key in keys if key in first} | {"n_excitatory": n_excitatory}
    return summary


def mean_rate(summary: xr.Dataset, setting: str, population: str) -> NDArray[np.float64]:
    """Mean rates in Hz of a population during each image (image,)."""
    return summary.rate.sel(setting=setting, population=population).dropna("image").values


def labels(summary: xr.Dataset, setting: str) -> NDArray[np.int64]:
    """Digit of each image (image,)."""
    return summary.label.sel(setting=setting).dropna("image").values.astype(np.int64)


def active_share(summary: xr.Dataset, setting: str, population: str) -> NDArray[np.float64]:
    """Share of the neurons of a population that fire at least once during each image (image,)."""
    return summary.active_share.sel(setting=setting, population=population).dropna("image").values


def _rates(chunks: Sequence[xr.Dataset], sizes: dict[str, int]) -> xr.Dataset:
    counts = {"input": _counts(chunks, "input", sizes["input"])}
    n_reservoir = sizes["excitatory"] + sizes["inhibitory"]
    both = _counts(chunks, "reservoir", n_reservoir)
    counts["excitatory"], counts["inhibitory"] = np.split(both, [sizes["excitatory"]], axis=1)
    first = chunks[0].attrs
    seconds = (first["n_steps"] - first["onset_step"]) * first["dt_ms"] / 1000
    rates = [found / seconds for found in counts.values()]
    by_neuron = [np.histogram(np.minimum(rate.mean(axis=0), RATE_EDGES_HZ[-1]), RATE_EDGES_HZ)[0] for rate in rates]
    label = np.concatenate([chunk.label.values for chunk in chunks]).astype(np.int64)
    variables = {
        "rate": (("population", "image"), np.stack([rate.mean(axis=1) for rate in rates]), "Hz", "mean rate"),
        "active_share": (
            ("population", "image"),
            np.stack([(rate > 0).mean(axis=1) for rate in rates]),
            "1",
            "share of neurons that fire while the image is on",
        ),
        "neurons": (("population", "bin"), np.stack(by_neuron), "neurons", "neurons by their mean rate over images"),
        "label": (("image",), label, "1", "digit"),
    }
    return xr.Dataset(
        {
            name: (dims, values, {"units": units, "long_name": text})
            for name, (dims, values, units, text) in variables.items()
        },
        coords={"population": list(POPULATIONS), "bin": RATE_EDGES_HZ[:-1], "image": np.arange(len(label))},
    )


def _counts(chunks: Sequence[xr.Dataset], name: str, n_neurons: int) -> NDArray[np.int64]:
    """Spikes (image, neuron) while each image is on."""
    found = []
    for chunk in chunks:
        image = np.repeat(np.arange(chunk.sizes["image"]), chunk[f"{name}_events"].values)
        on = chunk[f"{name}_step"].values >= chunk.attrs["onset_step"]
        flat = image[on] * n_neurons + chunk[f"{name}_neuron"].values[on]
        found.append(np.bincount(flat, minlength=chunk.sizes["image"] * n_neurons).reshape(-1, n_neurons))
    return np.concatenate(found)


def _example(chunk: xr.Dataset) -> tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.int8]]:
    """Steps, neurons and populations of all spikes of one image."""
    columns = []
    for code, name in enumerate(("input", "reservoir")):
        ends = np.cumsum(chunk[f"{name}_events"].values)
        events = slice(ends[EXAMPLE] - chunk[f"{name}_events"].values[EXAMPLE], ends[EXAMPLE])
        step, neuron = (chunk[f"{name}_{kind}"].values[events].astype(np.int32) for kind in ("step", "neuron"))
        columns.append((step, neuron, np.full(len(step), code, np.int8)))
    return tuple(np.concatenate(parts) for parts in zip(*columns, strict=True))
