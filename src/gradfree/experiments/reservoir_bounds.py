"""What a trained readout can be compared with: linear readouts of spike counts and of pixels, and chance."""

from __future__ import annotations

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from gradfree.experiments.reservoir_data import Data
from gradfree.settings.reservoir import PARTS, Model

Array = NDArray[np.floating]
RIDGE_STRENGTHS = 10.0 ** np.arange(-3, 7)
LOGISTIC_STRENGTHS = 10.0 ** np.arange(-5, 2)
KINDS = ("ridge on reservoir spikes", "logistic on reservoir spikes", "ridge on pixels")


def run(model: Model, data: Data, pixels: dict[str, Array]) -> xr.Dataset:
    """Accuracies on validation and test images of readouts fitted to training images, each class one output.

    The strength of the regularization is the one with the lowest loss on validation images: squared error for ridge
    regression, cross-entropy for logistic; their accuracy would tell strengths apart too coarsely. `pixels` (image,
    pixel) by part. Spikes are counted while the image is on, as the output clusters count theirs.
    """
    counts: dict[str, Array] = {
        name: part.spikes.counts(model.onset_step, model.populations.n_reservoir).astype(float)
        for name, part in zip(PARTS, data.parts(), strict=True)
    }
    labels: dict[str, NDArray[np.integer]] = {name: part.labels for name, part in zip(PARTS, data.parts(), strict=True)}
    correct = np.stack([ridge(counts, labels), logistic(counts, labels), ridge(pixels, labels)])
    about = {"units": "1", "long_name": "whether a test image is classified correctly"}
    coordinates = {"bound": list(KINDS), "image": np.arange(correct.shape[1])}
    return xr.Dataset({"correct": (("bound", "image"), correct, about)}, coordinates)


def ridge(inputs: dict[str, Array], labels: dict[str, NDArray[np.integer]]) -> NDArray[np.bool_]:
    """Ridge regression onto one-hot labels: whether each test image (image,) is classified correctly."""
    from sklearn.linear_model import Ridge

    targets = np.eye(int(labels["train"].max()) + 1)[labels["train"]]
    truth = np.eye(targets.shape[1])[labels["validation"]]
    fits = [Ridge(alpha=strength).fit(inputs["train"], targets) for strength in RIDGE_STRENGTHS]
    losses = [np.square(fit.predict(inputs["validation"]) - truth).mean() for fit in fits]
    best = fits[int(np.argmin(losses))]
    return np.asarray(best.predict(inputs["test"]).argmax(axis=1) == labels["test"])


def logistic(inputs: dict[str, Array], labels: dict[str, NDArray[np.integer]]) -> NDArray[np.bool_]:
    """Multinomial logistic regression: whether each test image (image,) is classified correctly."""
    import warnings

    from sklearn.exceptions import ConvergenceWarning
    from sklearn.linear_model import LogisticRegression
    from sklearn.metrics import log_loss

    mean, std = inputs["train"].mean(axis=0), inputs["train"].std() or 1.0
    scaled = {part: (values - mean) / std for part, values in inputs.items()}
    fits = []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # weakly regularized fits never end; 200 steps suffice
        for strength in LOGISTIC_STRENGTHS:
            fits.append(LogisticRegression(C=strength, max_iter=200).fit(scaled["train"], labels["train"]))
    losses = [log_loss(labels["validation"], fit.predict_proba(scaled["validation"])) for fit in fits]
    return np.asarray(fits[int(np.argmin(losses))].predict(scaled["test"]) == labels["test"])
