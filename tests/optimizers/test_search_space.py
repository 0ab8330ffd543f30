"""The unit cube and the genes that it stands for."""

from collections import Counter

import numpy as np
import pytest
from pydantic import ValidationError

from gradfree.optimizers.search_space import SearchSpace
from gradfree.settings.search import Gene

GENES = {
    "noise_variance": Gene(kind="log-float", low=0.01, high=1.0),
    "rate": Gene(kind="float", low=-1.0, high=3.0),
    "n_members": Gene(kind="int", low=10, high=30),
    "repetitions": Gene(kind="log-int", low=1, high=8),
    "form": Gene(kind="categorical", options=["sequential", "joint"]),
}
SPACE = SearchSpace(GENES)


def test_corners_are_the_bounds_and_beyond_them_nothing_changes():
    lowest = {"noise_variance": 0.01, "rate": -1.0, "n_members": 10, "repetitions": 1, "form": "sequential"}
    highest = {"noise_variance": 1.0, "rate": 3.0, "n_members": 30, "repetitions": 8, "form": "joint"}
    for z in (0.0, -0.7):
        assert SPACE.decode([z] * 5) == pytest.approx(lowest)
    for z in (1.0, 4.2):
        assert SPACE.decode([z] * 5) == pytest.approx(highest)


def test_the_middle_of_a_logarithmic_gene_is_the_geometric_mean():
    assert SPACE.decode([0.5] * 5)["noise_variance"] == pytest.approx(0.1)
    assert SPACE.decode([0.5] * 5)["rate"] == pytest.approx(1.0)


def test_genes_survive_the_way_to_the_cube_and_back():
    rng = np.random.default_rng(0)
    for _ in range(200):
        genes = SPACE.decode(rng.random(5))
        assert SPACE.complaints(genes) == []
        assert SPACE.decode(SPACE.encode(genes)) == pytest.approx(genes)


def test_integers_and_options_have_equal_shares():
    drawn = [SPACE.decode(position) for position in np.random.default_rng(1).random((21_000, 5))]
    members, forms = (Counter(genes[name] for genes in drawn) for name in ("n_members", "form"))
    assert len(members) == 21 and min(members.values()) > 850 and max(members.values()) < 1150
    assert abs(forms["joint"] / 21_000 - 0.5) < 0.02


def test_types_are_those_of_the_genes():
    genes = SPACE.decode([0.3] * 5)
    assert [type(value) for value in genes.values()] == [float, float, int, int, str]


def test_the_published_encoding_truncates_and_does_not_stay_within_bounds():
    """x = trunc(z (max - min) + min), thesis part 3; the committed script passes no bounding function."""
    space = SearchSpace({"n_members": Gene(kind="int", low=9, high=30)}, truncating=True)
    found = [space.decode([z])["n_members"] for z in (0.0, 0.999, 1.0, -1.0, 1.5)]
    assert found == [9, 29, 30, -12, 40]
    assert space.decode(space.encode({"n_members": 17})) == {"n_members": 17}


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"rate": 3.1}, "rate: expected float from -1 to 3, found 3.1"),
        ({"rate": float("nan")}, "rate: expected float"),
        ({"n_members": 10.5}, "n_members: expected int from 10 to 30, found 10.5"),
        ({"form": "both"}, "form: expected one of sequential, joint, found 'both'"),
        ({"gamma": 1}, "gamma: unknown gene; genes are noise_variance, rate"),
    ],
)
def test_impossible_genes_are_named_with_what_was_expected(change, complaint):
    genes = SPACE.decode([0.5] * 5) | change
    assert complaint in "; ".join(SPACE.complaints(genes))
    with pytest.raises(ValueError, match=complaint.split(":")[0]):
        SPACE.encode(genes)


def test_a_missing_gene_is_named():
    assert "rate: this gene is missing" in SPACE.complaints({"form": "joint"})


@pytest.mark.parametrize(
    ("block", "message"),
    [
        ({"kind": "float", "low": 1}, "needs both, low below high"),
        ({"kind": "int", "low": 3, "high": 3}, "needs both, low below high"),
        ({"kind": "log-float", "low": 0, "high": 1}, "lower bound above 0"),
        ({"kind": "int", "low": 0.5, "high": 3}, "integer bounds"),
        ({"kind": "categorical", "options": ["one"]}, "at least two"),
        ({"kind": "integer", "low": 0, "high": 3}, "Input should be 'float'"),
    ],
)
def test_a_gene_that_can_be_nothing_is_refused(block, message):
    with pytest.raises(ValidationError, match=message):
        Gene(**block)
