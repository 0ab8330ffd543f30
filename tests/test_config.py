"""The configuration is checked as a whole: every mistake is named with its key, its file and the nearest valid key."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import jsonschema
import pytest
import yaml
from pydantic import ValidationError

from gradfree import config
from gradfree.config import ConfigError

ROOT = Path(__file__).parents[1]
SMOKE = "workflow/scales/smoke.yaml"


def nested(path: str, value: object) -> dict:
    """{"a": {"b": value}} of "a.b"."""
    for key in reversed(path.split(".")):
        value = {key: value}
    return value  # type: ignore[return-value]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """config.yaml and the scales, to be edited."""
    shutil.copytree(ROOT / "workflow" / "scales", tmp_path / "workflow" / "scales")
    shutil.copy(ROOT / "config.yaml", tmp_path)
    return tmp_path


def put(file: Path, path: str, value: object) -> None:
    file.write_text(yaml.safe_dump(config.merge(yaml.safe_load(file.read_text()), nested(path, value))))


def problems(*arguments, **options) -> list[str]:
    """The lines of the one error, without the heading."""
    with pytest.raises(ConfigError) as caught:
        config.read(*arguments, **options)
    return str(caught.value).splitlines()[1:]


@pytest.mark.parametrize("scale", config.SCALES)
def test_every_scale_is_valid_and_every_setting_of_it_is_complete(scale):
    found = config.read(ROOT, scale)
    assert found.scale == scale
    for method, runs in found.cnn:
        for setting in getattr(runs, "settings", ()):
            complete = found.cnn.training(method, setting).model_dump()
            assert complete.items() >= runs.settings[setting].model_dump(exclude_unset=True).items()


def test_a_remedy_overrides_remedies_common_which_overrides_enkf_common():
    overrides = nested("cnn.enkf.common", {"noise_variance": 0.5, "n_members": 44, "step_size": 0.9})
    overrides["cnn"]["remedies"] = {"common": {"n_members": 33}, "settings": {"redraw": {"step_size": 0.1}}}
    found = config.read(ROOT, overrides=overrides).cnn.training("remedies", "redraw")
    assert (found.noise_variance, found.n_members, found.step_size) == (0.5, 33, 0.1)


def test_the_command_line_beats_the_scale_file_which_beats_config_yaml(folder):
    put(folder / "config.yaml", "cnn.enkf.common", {"n_members": 11, "iterations": 12, "noise_variance": 0.13})
    put(folder / SMOKE, "cnn.enkf.common", {"n_members": 21, "iterations": 22})
    found = config.read(folder, "smoke", nested("cnn.enkf.common.n_members", 31)).cnn.enkf.common
    assert (found.n_members, found.iterations, found.noise_variance) == (31, 22, 0.13)


def test_the_scale_of_the_command_line_beats_that_of_config_yaml(folder):
    put(folder / "config.yaml", "scale", "thesis")
    assert config.read(folder).scale == "thesis"
    assert config.read(folder, overrides={"scale": "smoke"}).scale == "smoke"


def test_text_of_the_command_line_becomes_numbers():
    overrides = nested("cnn.enkf.common", {"n_members": "30", "noise_variance": "1e-3", "layer_by_layer": "true"})
    found = config.read(ROOT, overrides=overrides | {"root_seed": "7"})
    common = found.cnn.enkf.common
    assert (found.root_seed, common.n_members, common.noise_variance, common.layer_by_layer) == (7, 30, 1e-3, True)


def test_a_configuration_cannot_be_changed_once_read():
    found = config.read(ROOT)
    for block, key in ((found, "root_seed"), (found.cnn.enkf.common, "n_members"), (found.data, "folder")):
        with pytest.raises(ValidationError, match="frozen"):
            setattr(block, key, getattr(block, key))


TYPOS = {
    "root_sed": "root_seed",
    "data.foldr": "folder",
    "cnn.enkf.common.n_member": "n_members",
    "cnn.enkf.settings.relu.activaton": "activation",
    "cnn.enkf.settings.adaptive.adaptive.chek_every": "check_every",
    "cnn.remedies.settings.plain.repetition": "repetitions",
    "cnn.gradient.common.learningrate": "learning_rate",
    "cnn.blocks.settings.block-filter.avering": "averaging",
    "cnn.figures.weigths": "weights",
}


@pytest.mark.parametrize("file", ["config.yaml", SMOKE, "the command line"])
@pytest.mark.parametrize(("path", "nearest"), TYPOS.items())
def test_a_typo_is_one_error_that_names_key_file_and_nearest_valid_key(folder, file, path, nearest):
    on_command_line = file == "the command line"
    if not on_command_line:
        put(folder / file, path, 1)
    (line,) = problems(folder, "smoke", nested(path, 1) if on_command_line else None)
    assert line.strip() == f"{file}: {path}: unknown key; did you mean {nearest!r}?"


def test_a_typo_in_an_overlay_names_the_overlay(folder):
    (folder / "mine.yaml").write_text("cnn: {enkf: {common: {n_member: 3}}}")
    (line,) = problems(folder, overlays=[folder / "mine.yaml"])
    assert "mine.yaml: cnn.enkf.common.n_member: unknown key; did you mean 'n_members'?" in line


def test_an_overlay_beats_the_scale_file_and_may_choose_the_scale(folder):
    (folder / "mine.yaml").write_text("{scale: smoke, cnn: {enkf: {common: {n_members: 33}}}}")
    found = config.read(folder, overlays=[folder / "mine.yaml"])
    assert (found.scale, found.cnn.enkf.common.n_members) == ("smoke", 33)


IMPOSSIBLE = {
    "cnn.enkf.common.n_members": (1, "cnn.enkf.common.n_members"),
    "cnn.enkf.common.noise_variance": (0, "cnn.enkf.common.noise_variance"),
    "cnn.remedies.common.noise_variance": (-0.1, "cnn.remedies.common.noise_variance"),
    "cnn.enkf.common.batch_size": (60_001, "batch_size 60001 exceeds the 55000"),
    "cnn.enkf.settings.relu.batch_size": (55_001, "batch_size 55001 exceeds the 55000"),
    "cnn.blocks.common.batch_size": (55_001, "batch_size 55001 exceeds the 55000"),
    "cnn.gradient.common.batches_per_epoch": (939, "939"),
    "cnn.gradient.settings.sgd-sigma-3.batch_size": (65, "65"),
    "cnn.enkf.settings.adaptive.adaptive": (
        {"fewest_members": 41, "most_members": 40},
        "fewest_members 41 exceeds most_members 40",
    ),
    "cnn.enkf.settings.adaptive.n_validation": (0, "n_validation"),
    "cnn.enkf.common.activation": ("sigmoyd", "found 'sigmoyd'"),
    "cnn.enkf.settings.corrected.n_members": (None, "n_members"),
    "cnn.figures.weights": (["corected"], "weights"),
    "cnn.figures.letters": ([], "cnn.figures.letters"),
    "cnn.enkf.settings.Bad_Name": ({}, "Bad_Name"),
    "cnn.enkf.settings.plain": ({}, "plain"),
    "checkpoint_every_s": (-1, "checkpoint_every_s"),
}


@pytest.mark.parametrize(("path", "value", "named"), [(path, *case) for path, case in IMPOSSIBLE.items()])
def test_an_impossible_value_is_one_error_that_says_where_in_one_line(folder, path, value, named):
    put(folder / "config.yaml", path, value)
    (line,) = problems(folder, "laptop")
    assert line.strip().startswith("config.yaml: ") and named in line
    assert "pydantic" not in line


@pytest.mark.parametrize("path", ["cnn.enkf.settings.corrected.batch_size", "cnn.figures.weights"])
def test_a_mistake_of_config_yaml_is_not_blamed_on_the_scale_file(folder, path):
    put(folder / "config.yaml", path, 60_001 if path.endswith("size") else ["corected"])
    (line,) = problems(folder, "smoke")
    assert line.strip().startswith(f"config.yaml: {path.removesuffix('.batch_size')}")


def test_a_figure_that_shows_an_unknown_setting_gets_the_nearest_setting():
    (line,) = problems(ROOT, overrides=nested("cnn.figures.weights", ["corected"]))
    assert "'corrected'" in line


def test_letters_that_leave_no_mini_batch_beside_the_validation_images_are_refused():
    found = problems(ROOT, overrides=nested("data.letters.n_train", 5063))
    assert [line.split(": ")[1].split(".")[3] for line in found] == ["letters-medium", "letters-large"]
    assert all("batch_size and n_validation take 5064 of 5063 letters" in line for line in found)


def test_mistakes_in_different_places_are_all_listed(folder):
    put(folder / "config.yaml", "cnn.enkf.common.noise_variance", 0)
    put(folder / SMOKE, "cnn.gradient.common.epoch", 3)
    found = problems(folder, "smoke", nested("cnn.enkf.settings.relu.form", "jont") | {"nope": 3})
    assert sorted(found) == [
        "  config.yaml: cnn.enkf.common.noise_variance: Input should be greater than 0, found 0",
        "  the command line: cnn.enkf.settings.relu.form: Input should be 'sequential' or 'joint', found 'jont'",
        "  the command line: nope: unknown key",
        f"  {SMOKE}: cnn.gradient.common.epoch: unknown key; did you mean 'epochs'?",
    ]


def test_impossible_settings_and_figures_are_all_listed():
    figures = {"weights": ["corected"], "letters": ["nothing-like-it"]}
    settings = {"relu": {"batch_size": 60_000}, "tanh": {"batch_size": 60_000}}
    assert len(problems(ROOT, overrides={"cnn": {"figures": figures, "enkf": {"settings": settings}}})) == 4


def test_an_unknown_scale_is_answered_with_the_nearest_one():
    with pytest.raises(ConfigError, match="unknown scale 'smok'; did you mean 'smoke'"):
        config.read(ROOT, overrides={"scale": "smok"})


def test_a_missing_key_is_named(folder):
    content = yaml.safe_load((folder / "config.yaml").read_text())
    del content["cnn"]["enkf"]["common"]["repetitions"]
    (folder / "config.yaml").write_text(yaml.safe_dump(content))
    (line,) = problems(folder, "laptop")
    assert line.strip() == "config.yaml: cnn.enkf.common.repetitions: this key is missing"


@pytest.mark.parametrize("content", ["cnn: [1", "- a\n- list\n", "\tscale: laptop"])
def test_a_file_that_is_no_yaml_mapping_is_named(folder, content):
    (folder / "config.yaml").write_text(content)
    with pytest.raises(ConfigError, match=r"config\.yaml"):
        config.read(folder)


def test_a_number_without_a_dot_before_its_exponent_is_a_number(folder):
    """YAML 1.1 reads 1e-3 as text; nobody who writes it means text."""
    file = folder / "config.yaml"
    file.write_text(file.read_text().replace("noise_variance: 0.01", "noise_variance: 1e-3"))
    assert config.read(folder).cnn.enkf.common.noise_variance == 1e-3


def test_the_stored_schema_is_the_exported_one():
    """In a process of its own: Python remembers of equal alternatives the order that was imported first."""
    export = f"import runpy; print(runpy.run_path({str(ROOT / 'scripts' / 'export_schema.py')!r})['schema'](), end='')"
    exported = subprocess.run([sys.executable, "-c", export], capture_output=True, text=True, check=True).stdout
    stored = (ROOT / "workflow" / "schemas" / "config.schema.json").read_text()
    assert stored == exported, "run: python scripts/export_schema.py"


def test_the_schema_accepts_config_yaml_and_rejects_a_typo():
    schema = json.loads((ROOT / "workflow" / "schemas" / "config.schema.json").read_text())
    content = yaml.safe_load((ROOT / "config.yaml").read_text())
    jsonschema.validate(content, schema)
    with pytest.raises(jsonschema.ValidationError, match="n_member'"):
        jsonschema.validate(config.merge(content, nested("cnn.enkf.settings.relu.n_member", 3)), schema)
