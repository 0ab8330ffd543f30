"""Localized updates: groups of parameters that know one output each."""

import numpy as np
import pytest

from gradfree.optimizers import enkf, localization


def problem(n_members=40, n_groups=3, seed=0):
    rng = np.random.default_rng(seed)
    group = np.arange(12) % n_groups
    return (
        rng.normal(size=(n_members, 12)),
        rng.normal(size=(n_members, 5, n_groups)),
        rng.normal(size=(5, n_groups)),
        group,
    )


@pytest.mark.parametrize("form", ["sequential", "joint", "square_root"])
def test_each_group_is_a_filter_of_its_own_output(form):
    ensemble, outputs, observations, group = problem()
    found = localization.update(ensemble, outputs, observations, 0.3, group, form)
    for k in range(3):
        alone = localization.filter_of(form)(
            ensemble[:, group == k], outputs[..., [k]], observations[:, [k]], 0.3 * np.eye(1)
        )
        np.testing.assert_allclose(found[:, group == k], alone)


def test_other_outputs_leave_a_group_alone():
    ensemble, outputs, observations, group = problem()
    before = localization.update(ensemble, outputs, observations, 0.3, group)
    outputs[..., 1] *= 5
    after = localization.update(ensemble, outputs, observations, 0.3, group)
    same = np.isclose(before, after).all(axis=0)
    assert same[group != 1].all() and not same[group == 1].any()


def test_a_member_that_failed_in_one_output_stays_in_all_groups_and_moves_nobody():
    ensemble, outputs, observations, group = problem()
    outputs[7, 2, 1] = np.nan
    found = localization.update(ensemble, outputs, observations, 0.3, group)
    rest = np.arange(40) != 7
    np.testing.assert_array_equal(found[7], ensemble[7])
    np.testing.assert_allclose(
        found[rest], localization.update(ensemble[rest], outputs[rest], observations, 0.3, group)
    )


def test_where_groups_do_not_interact_it_meets_the_exact_linear_posterior_with_fewer_members_than_parameters():
    """Three regressions of four parameters each; ten members cannot span twelve parameters, but four of each group."""
    rng = np.random.default_rng(3)
    group, images = np.repeat(np.arange(3), 4), rng.normal(size=(6, 4))
    drawn = rng.normal(size=(10, 4))
    deviations = np.linalg.qr(drawn - drawn.mean(axis=0))[0] * np.sqrt(10)
    ensemble = np.tile(deviations, 3)
    outputs = np.stack([ensemble[:, group == k] @ images.T for k in range(3)], axis=-1)
    observations = rng.normal(size=(6, 3))
    mean = localization.update(ensemble, outputs, observations, 0.5, group, "joint").mean(axis=0)
    for k in range(3):
        posterior = np.linalg.solve(images.T @ images + 0.5 * np.eye(4), images.T @ observations[:, k])
        np.testing.assert_allclose(mean[group == k], posterior)
    plain = enkf.update(ensemble, outputs, observations, 0.5 * np.eye(3), "joint").mean(axis=0)
    assert np.abs(plain - mean).max() > 0.1
