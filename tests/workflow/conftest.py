"""A copy of the workflow, cut down to one setting per method, and working folders to run it in."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import yaml

from gradfree.config import merge
from gradfree.tasks.images import FILES

ROOT = Path(__file__).parents[2]
SNAKEMAKE = Path(sys.executable).with_name("snakemake")
MNIST = "results/data/mnist"
FINISHED = ["results/smoke/figures/cnn/weights.png", "results/smoke/figures/cnn/gradients.png"]


def pytest_collection_modifyitems(items) -> None:
    """Every test of this folder starts Snakemake."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.workflow)


class Workflow:
    """A Snakefile with the package beside it, run by one core in working folders; `done` is the last command."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.environment = os.environ | {"PYTHONPATH": str(folder / "src"), "OMP_NUM_THREADS": "1"}

    def command(self, place: Path, *arguments: str) -> list[str]:
        options = ["--workflow-profile", "none", "--scheduler", "greedy", "-c1", "--rerun-incomplete"]
        return [str(SNAKEMAKE), "-s", str(self.folder / "Snakefile"), "-d", str(place), *options, *arguments]

    def run(self, place: Path, *arguments: str, ok: bool = True) -> str:
        """What Snakemake said; it has to end well, or badly if not `ok`."""
        command = self.command(place, *arguments)
        done = subprocess.run(command, capture_output=True, text=True, env=self.environment, cwd=place)
        said = done.stdout + done.stderr
        assert (done.returncode == 0) is ok, said
        return said

    def plan(self, place: Path, *arguments: str) -> dict[str, int]:
        """Jobs that would run: their numbers by rule."""
        said = self.run(place, "--quiet", "rules", "--dry-run", *arguments)
        jobs = {rule: int(n) for rule, n in re.findall(r"^(\w+) +(\d+)$", said, re.M)}
        assert jobs or "Nothing to be done" in said, said
        jobs.pop("total", None)
        return jobs

    @contextmanager
    def edited(self, file: str, edit: Callable[[str], str]) -> Iterator[None]:
        """The file is another one inside the block."""
        path = self.folder / file
        before, status = path.read_text(), path.stat()
        after = edit(before)
        assert after != before, f"the edit of {file} changes nothing"
        path.write_text(after)
        try:
            yield
        finally:
            path.write_text(before)
            os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))

    def configured(self, **settings: dict):
        """Inside the block the smoke scale says more: blocks by method, such as enkf={"common": {...}}."""

        def edit(text: str) -> str:
            content = yaml.safe_load(text)
            for method, block in settings.items():
                for part, values in block.items():
                    present = content["cnn"].setdefault(method, {}).get(part, {})
                    content["cnn"][method][part] = merge(present, values)
            return yaml.safe_dump(content)

        return self.edited("workflow/scales/smoke.yaml", edit)


def copy_of_the_workflow(folder: Path) -> Workflow:
    for name in ("workflow", "scripts", "src"):
        shutil.copytree(ROOT / name, folder / name)  # with what numba has compiled
    for name in ("Snakefile", "config.yaml"):
        shutil.copy2(ROOT / name, folder)
    return Workflow(folder)


def cut_down(config: dict) -> dict:
    """One setting of each method, its first, on digits; figures that can be drawn from them."""
    chapter = config["cnn"]
    firsts = {}
    for method, runs in chapter.items():
        if method != "figures":
            firsts[method], block = next(iter(runs["settings"].items()))
            runs["settings"] = {firsts[method]: {key: value for key, value in block.items() if key != "n_seeds"}}
    for figure in chapter["figures"]:
        chapter["figures"][figure] = [firsts["gradient" if figure == "gradients" else "enkf"]]
    return config


@pytest.fixture(scope="session")
def whole() -> Workflow:
    """The workflow as it is."""
    return Workflow(ROOT)


@pytest.fixture(scope="session")
def small(tmp_path_factory) -> Workflow:
    """A copy that may be edited, with one setting per method, whose runs take a second."""
    workflow = copy_of_the_workflow(tmp_path_factory.mktemp("workflow") / "copy")
    path = workflow.folder / "config.yaml"
    path.write_text(yaml.safe_dump(cut_down(yaml.safe_load(path.read_text())), sort_keys=False))
    scale = {"claims_are_testable": False, "scale": "smoke", "cnn": {}}
    size = {"n_seeds": 1, "evaluate_every": 4}
    members = {"n_members": 8, "n_validation": 59_000, "iterations": 8}
    scale["cnn"]["enkf"] = {"common": size | members}
    scale["cnn"]["remedies"] = {"common": size | members}
    scale["cnn"]["blocks"] = {"common": size | {"iterations": 2, "n_validation": 59_000}}
    scale["cnn"]["gradient"] = {"common": size | {"epochs": 1, "batches_per_epoch": 4, "record_every": 2}}
    (workflow.folder / "workflow/scales/smoke.yaml").write_text(yaml.safe_dump(scale))
    return workflow


@pytest.fixture(scope="session")
def digits(tmp_path_factory, whole) -> Path:
    """A folder with the four files of MNIST: those of this checkout, or fetched once."""
    if all((ROOT / MNIST / file).is_file() for file in FILES.values()):
        return ROOT / MNIST
    place = tmp_path_factory.mktemp("digits")
    whole.run(place, "fetch_digits")
    return place / MNIST


@pytest.fixture(scope="session")
def new_place(tmp_path_factory, digits) -> Callable[[], Path]:
    """Makes working folders that have MNIST."""

    def make() -> Path:
        place = tmp_path_factory.mktemp("place")
        (place / MNIST).mkdir(parents=True)
        for file in FILES.values():
            (place / MNIST / file).symlink_to(digits / file)
        return place

    return make


@pytest.fixture
def place(new_place) -> Path:
    """A working folder with MNIST and nothing else."""
    return new_place()


@pytest.fixture(scope="session")
def finished(small, new_place) -> Path:
    """A working folder in which every method has run and two figures are drawn; tests leave it as it is."""
    place = new_place()
    small.run(place, "--config", "scale=smoke", "--", *FINISHED)
    return place
