"""What all blocks of the configuration share."""

from __future__ import annotations

from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, ConfigDict, Field, create_model

PositiveInt = Annotated[int, Field(gt=0)]
PositiveFloat = Annotated[float, Field(gt=0)]
Share = Annotated[float, Field(ge=0, le=1)]


class Block(BaseModel):
    """A frozen mapping of known keys."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)


Model = TypeVar("Model", bound=Block)


def partial(model: type[Block]) -> type[Block]:
    """The block with every key optional: what a setting may override."""
    fields: dict[str, Any] = {}
    for name, field in model.model_fields.items():
        kind: Any = Annotated[(field.annotation, *field.metadata)] if field.metadata else field.annotation
        fields[name] = (kind | None, Field(default=None, description=field.description))
    return create_model(
        f"{model.__name__}Overrides", __base__=Block, __doc__=f"Overrides of {model.__name__}.", **fields
    )


def combine(common: Model, override: Block) -> Model:
    """`common` with the keys that `override` sets. Raises ValueError where the combination is impossible."""
    return type(common)(**{**common.model_dump(), **override.model_dump(exclude_unset=True)})
