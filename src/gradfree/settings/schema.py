"""The JSON schema of the configuration, for editors, with the docstrings under keys as their descriptions.

Pydantic can read these docstrings itself, but on every import and at twice its price; nobody but editors wants them.
"""

from __future__ import annotations

import ast
import inspect
import itertools
import sys
from functools import cache
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema

from gradfree.settings.base import Block


class Described(GenerateJsonSchema):
    """Pydantic's generator, which also describes keys."""

    def model_schema(self, schema: Any) -> dict[str, Any]:
        """The schema of one block."""
        found = super().model_schema(schema)
        for key, text in key_docstrings(schema["cls"]).items():
            found["properties"][key]["description"] = text
        return found


def key_docstrings(model: type[BaseModel]) -> dict[str, str]:
    """The docstrings under the keys of a block, and of the block whose keys it makes optional."""
    model = getattr(model, "of", model)
    texts: dict[str, str] = {}
    for parent in reversed([each for each in model.__mro__ if issubclass(each, Block)]):
        body = _classes(parent.__module__)[parent.__name__].body
        for key, text in itertools.pairwise(body):
            if isinstance(key, ast.AnnAssign) and isinstance(text, ast.Expr) and isinstance(text.value, ast.Constant):
                texts[ast.unparse(key.target)] = inspect.cleandoc(str(text.value.value))
    return texts


@cache
def _classes(module: str) -> dict[str, ast.ClassDef]:
    tree = ast.parse(inspect.getsource(sys.modules[module]))
    return {node.name: node for node in tree.body if isinstance(node, ast.ClassDef)}
