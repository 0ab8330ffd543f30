"""What all blocks of the configuration share."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, TypeVar

from pydantic import BaseModel, ConfigDict, Field, create_model

if TYPE_CHECKING:
    from gradfree.settings.data import Data

PositiveInt = Annotated[int, Field(gt=0)]
PositiveFloat = Annotated[float, Field(gt=0)]
Share = Annotated[float, Field(ge=0, le=1)]
SettingName = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]*$")]  # as in paths of results
Shown = Annotated[list[str], Field(min_length=1)]


class Block(BaseModel):
    """A frozen mapping of known keys. Its validator is built when it is first used: a job uses few of all blocks."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)


class Chapter(Block):
    """All that one chapter reads; what each of its figures shows stands in `figures`."""

    figures: Block
    """A key for each figure, with the settings that it compares."""

    def problems(self, data: Data) -> Iterator[dict[str, Any]]:
        """What is wrong across blocks, in the form of pydantic's errors; places are counted from the chapter."""
        yield from ()


def unknown_settings(figures: Block, known: Sequence[str]) -> Iterator[dict[str, Any]]:
    """A problem for each setting that a figure shows and nobody knows."""
    for figure, shown in figures:
        for setting in (name for name in shown if name not in known):
            nearest = difflib.get_close_matches(setting, known, n=1, cutoff=0.5)
            hint = f"did you mean {nearest[0]!r}?" if nearest else f"settings are {', '.join(known)}"
            message = f"there is no setting {setting!r}; {hint}"
            yield {"loc": ("figures", figure), "type": "value_error", "msg": message}


class Overrides(Block):
    """A block with every key of another one, `of`, made optional."""

    of: ClassVar[type[Block]]


Model = TypeVar("Model", bound=Block)


def partial(model: type[Block]) -> type[Overrides]:
    """The block with every key optional: what a setting may override."""
    fields: dict[str, Any] = {}
    for name, field in model.model_fields.items():
        kind: Any = Annotated[(field.annotation, *field.metadata)] if field.metadata else field.annotation
        fields[name] = (kind | None, None)
    made = create_model(
        f"{model.__name__}Overrides", __base__=Overrides, __doc__=f"Overrides of {model.__name__}.", **fields
    )
    made.of = model
    return made


def combine(common: Model, override: Block) -> Model:
    """`common` with the keys that `override` sets. Raises ValueError where the combination is impossible."""
    return type(common)(**{**common.model_dump(), **override.model_dump(exclude_unset=True)})
