"""Writes the JSON schema of the configuration, for editors: `python scripts/export_schema.py`."""

import json
from pathlib import Path

from gradfree.config import Config
from gradfree.settings.schema import Described

SCHEMA = Path(__file__).parents[1] / "workflow" / "schemas" / "config.schema.json"


def schema() -> str:
    """The schema as the file holds it."""
    return json.dumps(Config.model_json_schema(schema_generator=Described), indent=2) + "\n"


if __name__ == "__main__":
    SCHEMA.write_text(schema())
    print(SCHEMA)
