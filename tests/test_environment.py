"""The lock, the installed packages, pyproject.toml and the conda file say the same."""

import importlib
import tomllib
from importlib.metadata import version
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
EXTRAS = PROJECT["optional-dependencies"]
NOT_INSTALLED = "nest"  # an extra that only some tests want: not in the lock, pinned where it is asked for
LOCKED = [texts for name, texts in EXTRAS.items() if name != NOT_INSTALLED]
REQUIREMENTS = [Requirement(text) for text in sum(LOCKED, PROJECT["dependencies"])]
LINES = [line for line in (ROOT / "envs" / "requirements.lock").read_text().splitlines() if line and line[0] != "#"]
PINS = {canonicalize_name(name): pin for name, _, pin in (line.partition("==") for line in LINES)}


@pytest.mark.parametrize("requirement", REQUIREMENTS, ids=lambda requirement: requirement.name)
def test_the_lock_pins_what_pyproject_asks_for_within_its_bounds(requirement):
    assert requirement.specifier.contains(PINS[canonicalize_name(requirement.name)])


def test_the_extra_that_is_not_in_the_lock_is_one_exact_version():
    assert all(text.count("==") == 1 and "*" not in text for text in EXTRAS[NOT_INSTALLED])


@pytest.mark.parametrize("name", PINS)
def test_the_installed_version_is_the_locked_one(name):
    assert version(name).partition("+")[0] == PINS[name]


def test_every_line_of_the_lock_is_one_exact_version():
    assert all(line.count("==") == 1 and " " not in line for line in LINES)


def test_the_conda_file_takes_python_from_conda_and_the_rest_from_the_lock():
    python, _, pip = yaml.safe_load((ROOT / "envs" / "environment.yaml").read_text())["dependencies"]
    assert python == "python=3.11" and pip == {"pip": ["-r requirements.lock", "-e .."]}


@pytest.mark.parametrize("module", ["numpy", "scipy", "numba", "torch", "xarray", "zarr", "matplotlib", "snakemake"])
def test_locked_versions_can_be_imported_together(module):
    importlib.import_module(module)


def test_numba_compiles_with_the_locked_numpy():
    import numba
    import numpy as np

    values = np.arange(5.0)
    assert numba.njit(lambda x: (x * x).sum())(values) == pytest.approx(30.0)
