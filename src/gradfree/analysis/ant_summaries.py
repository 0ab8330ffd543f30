"""How chunks of an evolution become one history."""

from __future__ import annotations

from collections.abc import Sequence

import xarray as xr


def chained(parts: Sequence[xr.Dataset]) -> xr.Dataset:
    """Chunks one after the other, without genomes; a dataset that is alone, or has no generations, as it is.

    The wall times of the parts add up.
    """
    if len(parts) == 1:
        return parts[0]
    small = [part.drop_dims(["parameter", "champion_of"], errors="ignore") for part in parts]
    whole = xr.concat(small, "generation", combine_attrs="override")
    whole.attrs["wall_time_s"] = sum(part.attrs["wall_time_s"] for part in parts)
    return whole
