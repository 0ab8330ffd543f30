"""Configuration: typed, frozen, strict. `config.yaml` is the laptop scale; a scale file only overrides.

Every error names the key, the file it stands in and, for an unknown key, the nearest valid one.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import BaseModel, Field, ValidationError

from gradfree.settings.ants_chapter import Ants
from gradfree.settings.base import Block, Chapter
from gradfree.settings.biophysical import Biophysical
from gradfree.settings.cnn import Cnn
from gradfree.settings.data import Data
from gradfree.settings.l2l import L2l
from gradfree.settings.reservoir_chapter import Reservoir

SCALES = ("smoke", "laptop", "thesis")
COMMAND_LINE = "the command line"

Layer = tuple[str, Mapping[str, Any]]


class ConfigError(ValueError):
    """The configuration cannot be used; the message lists every problem."""


class Config(Block):
    """The whole configuration of one scale."""

    scale: Literal["smoke", "laptop", "thesis"]
    """Which sizes; `--config scale=thesis` reads workflow/scales/thesis.yaml."""
    root_seed: int
    """All random numbers derive from it and from the names of what they are for."""
    claims_are_testable: bool
    """Whether the sizes of this scale can carry a verdict."""
    checkpoint_every_s: Annotated[int, Field(ge=0)]
    """How many seconds of a long run a kill can cost; results do not depend on it."""
    data: Data
    cnn: Cnn
    reservoir: Reservoir
    l2l: L2l
    ants: Ants
    biophysical: Biophysical

    def chapters(self) -> dict[str, Chapter]:
        """The chapters by name, in the order of the book."""
        return {name: block for name, block in self if isinstance(block, Chapter)}


def read(
    folder: Path | str,
    scale: str | None = None,
    overrides: Mapping[str, Any] | None = None,
    overlays: Sequence[Path | str] = (),
) -> Config:
    """Reads config.yaml of `folder`, the file of the scale, overlays, and what the command line says, in this order.

    Raises ConfigError that lists every unknown key, wrong type and impossible value with its file.
    """
    folder, overrides = Path(folder), dict(overrides or {})
    layers: list[Layer] = [("config.yaml", read_yaml(folder / "config.yaml"))]
    above = [(str(path), read_yaml(Path(path))) for path in overlays] + [(COMMAND_LINE, overrides)]
    named = [content["scale"] for _, content in above if "scale" in content]
    scale = str(named[-1] if named else scale or layers[0][1].get("scale"))
    if scale not in SCALES:
        raise ConfigError(f"unknown scale {scale!r}{_suggestion(scale, SCALES)}; scales are {', '.join(SCALES)}")
    if scale != "laptop":
        name = f"workflow/scales/{scale}.yaml"
        layers.append((name, read_yaml(folder / name)))
    return validate([*layers, *above, (COMMAND_LINE, {"scale": scale})])


def validate(layers: list[Layer]) -> Config:
    """Merges the layers, later ones over earlier ones, and checks the result. Raises ConfigError."""
    merged: dict[str, Any] = {}
    for _, content in layers:
        merged = merge(merged, content)
    problems: list[dict[str, Any]]
    try:
        found = Config.model_validate(merged)
        problems = [
            {**problem, "loc": (name, *problem["loc"])}
            for name, chapter in found.chapters().items()
            for problem in chapter.problems(found.data)
        ]
    except ValidationError as error:
        problems = [dict(problem) for problem in error.errors()]
    if problems:
        lines = [_explain(problem, layers) for problem in problems]
        raise ConfigError("\n".join(["the configuration cannot be used:", *lines])) from None
    return found


def merge(base: Mapping[str, Any], override: Mapping[str, Any]) -> dict[str, Any]:
    """`base` with the values of `override`, mapping by mapping; lists and scalars are replaced."""
    merged = dict(base)
    for key, value in override.items():
        both = isinstance(value, Mapping) and isinstance(merged.get(key), Mapping)
        merged[key] = merge(merged[key], value) if both else value
    return merged


class _Loader(yaml.SafeLoader):
    """YAML 1.1 reads 1e-3 as text; nobody who writes it means text."""


_Loader.add_implicit_resolver("tag:yaml.org,2002:float", re.compile(r"[-+]?\d+[eE][-+]?\d+$"), list("-+0123456789"))


def read_yaml(path: Path) -> dict[str, Any]:
    """A YAML mapping. Raises ConfigError that names the file."""
    try:
        content = yaml.load(path.read_text(), _Loader) or {}
    except (OSError, yaml.YAMLError) as error:
        raise ConfigError(f"{path} cannot be read as YAML: {error}") from None
    if not isinstance(content, dict):
        raise ConfigError(f"{path} must be a mapping of keys to values, found {type(content).__name__}")
    return content


def _explain(problem: dict[str, Any], layers: list[Layer]) -> str:
    location = [part for part in problem["loc"] if not str(part).startswith("function-")]
    message = problem["msg"].removeprefix("Value error, ")
    if message.split()[0] in _valid_keys(location):  # checks across keys name the key to blame first
        location.append(message.split()[0])
    where = f"{_file_of(location, layers)}: {'.'.join(map(str, location)) or 'the whole'}"
    if problem["type"] == "extra_forbidden":
        return f"  {where}: unknown key{_suggestion(str(location[-1]), _valid_keys(location[:-1]))}"
    if problem["type"] == "missing":
        return f"  {where}: this key is missing"
    value = problem.get("input", {})
    found = "" if isinstance(value, Mapping | BaseModel) else f", found {value!r}"
    return f"  {where}: {message}{found}"


def _file_of(location: list[Any], layers: list[Layer]) -> str:
    """The last layer that holds the key, or the last that holds the most of the path to it."""
    depths = [_depth(content, location) for _, content in layers]
    return max(zip(depths, range(len(layers)), layers, strict=True))[2][0] if any(depths) else layers[0][0]


def _depth(content: Any, location: list[Any]) -> int:
    depth = 0
    for part in location:
        if not isinstance(content, Mapping) or part not in content:
            break
        content, depth = content[part], depth + 1
    return depth


def _valid_keys(location: list[Any]) -> list[str]:
    """The keys a mapping at `location` may have, read from the JSON schema."""
    schema = Config.model_json_schema()
    node: dict[str, Any] = schema
    for part in location:
        node = _resolve(node, schema)
        of_any_name: dict[str, Any] = next(iter(node.get("patternProperties", {}).values()), {})
        node = node.get("properties", {}).get(part, of_any_name)
    return list(_resolve(node, schema).get("properties", {}))


def _resolve(node: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    for option in node.get("anyOf", []):
        if "$ref" in option:
            node = option
    return schema["$defs"][node["$ref"].rsplit("/", 1)[-1]] if "$ref" in node else node


def _suggestion(word: str, valid: list[str] | tuple[str, ...]) -> str:
    nearest = difflib.get_close_matches(word, valid, n=1, cutoff=0.5)
    return f"; did you mean {nearest[0]!r}?" if nearest else ""
