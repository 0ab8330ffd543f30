"""The compiled ensemble forward pass against plain torch layers, one member at a time."""

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from torch import nn

from gradfree.models import cnn

Array = NDArray[np.float32]


def draw(members: int, images: int, scale: float = 0.15) -> tuple[Array, Array]:
    """Random members and images whose entries are multiples of 1/16 and 1/4.

    The sums of both convolutions are then exact for the discontinuous activations, so that no rounding error decides
    on which side of a jump a value lies.
    """
    generator = np.random.default_rng(3)
    ensemble = np.round(generator.normal(0, scale, (members, cnn.N_PARAMETERS)) * 16) / 16
    pixels = generator.integers(0, 5, (images, 28, 28)) / 4
    return ensemble.astype(np.float32), pixels.astype(np.float32)


def one_by_one(ensemble: Array, images: Array, activation: str) -> Array:
    with torch.no_grad():
        logits = [cnn.layers(torch.tensor(row), torch.tensor(images), activation)[2].numpy() for row in ensemble]
    return np.stack(logits)


@pytest.mark.parametrize("activation", cnn.ACTIVATIONS)
@pytest.mark.parametrize(("members", "images"), [(5, 7), (1, 40)])
def test_forward_equals_the_torch_layers_of_every_member(activation: str, members: int, images: int) -> None:
    ensemble, pixels = draw(members, images)
    predictions = cnn.forward(ensemble, pixels, activation)
    assert predictions.shape == (members, images, 10)
    assert predictions.dtype == np.float32
    np.testing.assert_allclose(predictions, one_by_one(ensemble, pixels, activation), rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("activation", ["sigmoid", "tanh", "gauss"])
def test_saturated_activations_equal_those_of_torch(activation: str) -> None:
    ensemble, pixels = draw(3, 7, scale=20.0)
    expected = one_by_one(ensemble, pixels, activation)
    np.testing.assert_allclose(cnn.forward(ensemble, pixels, activation), expected, rtol=1e-4, atol=1e-3)


def test_parameters_are_ordered_like_those_of_the_torch_modules() -> None:
    torch.manual_seed(0)
    network = nn.Sequential(
        nn.Conv2d(1, 10, 5, bias=False),
        nn.Sigmoid(),
        nn.MaxPool2d(2),
        nn.Conv2d(10, 20, 5, bias=False),
        nn.Sigmoid(),
        nn.Flatten(),
        nn.Linear(1280, 10, bias=False),
    )
    parameters = nn.utils.parameters_to_vector(network.parameters()).detach()
    assert parameters.numel() == cnn.N_PARAMETERS == 18_050
    for ours, theirs in zip(cnn.split(parameters), network.parameters(), strict=True):
        assert torch.equal(ours, theirs)
    images = torch.rand(7, 28, 28)
    expected = network(images[:, None]).detach().numpy()
    np.testing.assert_allclose(cnn.layers(parameters, images)[2].numpy(), expected, rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(cnn.forward(parameters[None].numpy(), images.numpy())[0], expected, rtol=1e-4, atol=1e-5)


def test_layers_have_the_shapes_of_the_published_network() -> None:
    ensemble, pixels = draw(1, 3)
    shapes = [tuple(answer.shape) for answer in cnn.layers(torch.tensor(ensemble[0]), torch.tensor(pixels))]
    assert shapes == [(3, 10, 24, 24), (3, 20, 8, 8), (3, 10)]


def test_split_gives_views_of_arrays_with_any_leading_axes() -> None:
    parameters = np.arange(6 * cnn.N_PARAMETERS, dtype=np.float32).reshape(2, 3, -1)
    parts = cnn.split(parameters)
    assert [part.shape for part in parts] == [(2, 3, 10, 1, 5, 5), (2, 3, 20, 10, 5, 5), (2, 3, 10, 1280)]
    assert all(np.shares_memory(part, parameters) for part in parts)
    np.testing.assert_array_equal(np.concatenate([part.reshape(2, 3, -1) for part in parts], axis=-1), parameters)


@pytest.mark.parametrize("name", [name for name, kind in cnn.ACTIVATIONS.items() if kind.differentiable])
def test_gradients_of_the_layers_equal_finite_differences(name: str) -> None:
    torch.manual_seed(1)
    parameters, images = 0.2 * torch.randn(cnn.N_PARAMETERS, dtype=torch.float64), torch.rand(2, 28, 28).double()
    direction, h = torch.randn(cnn.N_PARAMETERS, dtype=torch.float64), 1e-7

    def total(vector: torch.Tensor) -> torch.Tensor:
        return cnn.layers(vector, images, name)[2].square().sum()

    (gradient,) = torch.autograd.grad(total(parameters.requires_grad_()), parameters)
    with torch.no_grad():
        slope = (total(parameters + h * direction) - total(parameters - h * direction)) / (2 * h)
    assert float(gradient @ direction) == pytest.approx(float(slope), rel=1e-4)


@pytest.mark.parametrize("name", cnn.ACTIVATIONS)
def test_activations_marked_monotone_never_decrease_and_the_others_do(name: str) -> None:
    values = cnn.ACTIVATIONS[name].function(torch.linspace(-4, 4, 4001))
    assert bool((values.diff() >= 0).all()) is cnn.ACTIVATIONS[name].monotone


def test_the_step_is_zero_at_zero() -> None:
    assert cnn.ACTIVATIONS["step"].function(torch.tensor([-1.0, 0.0, 1e-30])).tolist() == [0, 0, 1]


@pytest.mark.parametrize("activation", ["sigmoid", "gauss"])
def test_results_do_not_depend_on_the_split_of_members_and_images_or_on_threads(
    activation: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    ensemble, pixels = draw(5, 50)
    whole = cnn.forward(ensemble, pixels, activation)
    parts = [cnn.forward(ensemble[i : i + 2], pixels, activation) for i in range(0, 5, 2)]
    np.testing.assert_array_equal(np.concatenate(parts), whole)
    parts = [cnn.forward(ensemble, pixels[i : i + 7], activation) for i in range(0, 50, 7)]
    np.testing.assert_array_equal(np.concatenate(parts, axis=1), whole)
    for count in (1, 2, 3):
        monkeypatch.setenv("OMP_NUM_THREADS", str(count))
        np.testing.assert_array_equal(cnn.forward(ensemble, pixels, activation), whole)
        np.testing.assert_array_equal(cnn.forward(ensemble[:1], pixels, activation), whole[:1])


def test_permuted_members_give_permuted_predictions() -> None:
    ensemble, pixels = draw(5, 7)
    order = [3, 0, 4, 1, 2]
    np.testing.assert_array_equal(cnn.forward(ensemble[order], pixels), cnn.forward(ensemble, pixels)[order])


@pytest.mark.parametrize("activation", cnn.ACTIVATIONS)
@pytest.mark.parametrize("layer", cnn.LAYERS)
def test_a_member_that_is_not_a_number_spoils_its_own_predictions_only(activation: str, layer: str) -> None:
    ensemble, pixels = draw(3, 7)
    expected = cnn.forward(ensemble, pixels, activation)
    ensemble[1, cnn.LAYERS[layer].slice] = np.nan
    predictions = cnn.forward(ensemble, pixels, activation)
    assert np.isnan(predictions[1]).all()
    np.testing.assert_array_equal(predictions[[0, 2]], expected[[0, 2]])


def test_read_only_strided_and_double_inputs_give_the_same_predictions() -> None:
    ensemble, pixels = draw(4, 7)
    expected = cnn.forward(ensemble, pixels)
    np.testing.assert_array_equal(cnn.forward(ensemble[::2].astype(np.float64), pixels), expected[::2])
    ensemble.setflags(write=False)
    np.testing.assert_array_equal(cnn.forward(ensemble[::2], pixels[:, :, :]), expected[::2])


@pytest.mark.parametrize(("members", "images"), [(0, 7), (3, 0)])
def test_no_members_or_no_images_give_no_predictions(members: int, images: int) -> None:
    assert cnn.forward(*draw(members, images)).shape == (members, images, 10)


@pytest.mark.parametrize(
    ("ensemble", "images", "message"),
    [
        ((18_050,), (2, 28, 28), r"ensemble of shape \(18050,\): expected \(any, 18050\)"),
        ((3, 18_060), (2, 28, 28), r"ensemble of shape \(3, 18060\)"),
        ((3, 18_050), (28, 28), r"images of shape \(28, 28\): expected \(any, 28, 28\)"),
        ((3, 18_050), (2, 1, 28, 28), r"without a channel axis"),
    ],
)
def test_wrong_shapes_are_named(ensemble: tuple[int, ...], images: tuple[int, ...], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        cnn.forward(np.zeros(ensemble, np.float32), np.zeros(images, np.float32))


def test_a_wrong_parameter_vector_or_activation_is_named() -> None:
    images = torch.zeros(2, 28, 28)
    with pytest.raises(ValueError, match=r"layers cannot use parameters of shape \(7,\): expected \(18050,\)"):
        cnn.layers(torch.zeros(7), images)
    with pytest.raises(ValueError, match=r"split cannot use parameters of shape \(7,\)"):
        cnn.split(np.zeros((3, 7), np.float32))
    with pytest.raises(ValueError, match="unknown activation 'swish'; expected one of sigmoid, tanh"):
        cnn.forward(np.zeros((1, cnn.N_PARAMETERS), np.float32), images.numpy(), "swish")
