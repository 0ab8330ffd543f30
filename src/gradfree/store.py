"""The one zarr policy: labelled datasets as sharded Zarr v3 directory stores, whole or not at all.

A store is written beside its target, read back, renamed into place, and described by a JSON *card* beside it that holds
shapes, seed and a digest of every file. Readers check the card first, because zarr itself answers a missing chunk with
fill values and Snakemake does not look inside a directory.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr

CHUNK_BYTES = 4 * 2**20
SHARD_BYTES = 128 * 2**20
SNAKEMAKE_MARK = ".snakemake_timestamp"


class StoreError(RuntimeError):
    """A store is missing, unfinished or not what its card says."""


def save(dataset: xr.Dataset, store: Path | str, card: Path | str | None = None, **facts: Any) -> None:
    """Writes `dataset` to the directory `store` and its card to `card` (default: the same name ending in .json).

    Every data variable needs the attributes `units` and `long_name`. `facts` are put on the card as they are (fitness,
    counts). Until the last rename nothing stands at `store`. Raises ValueError for an unlabelled variable and OSError
    if the disk is full; then neither store nor card is left.
    """
    store, card = Path(store), card_of(store) if card is None else Path(card)
    _require_labels(dataset)
    dataset = _with_plain_strings(dataset)
    partial = store.with_name(f"{store.name}.partial-{os.getpid()}")
    shutil.rmtree(partial, ignore_errors=True)
    store.parent.mkdir(parents=True, exist_ok=True)
    try:
        dataset.to_zarr(partial, mode="w-", zarr_format=3, consolidated=False, encoding=_encoding(dataset))
        with _open(partial) as written:
            xr.testing.assert_identical(written.load(), dataset.load())
        text = json.dumps(_describe(dataset, partial) | facts, indent=1, sort_keys=True) + "\n"
        remove(store)
        os.replace(partial, store)
        write_whole(card, text)
    except BaseException:
        shutil.rmtree(partial, ignore_errors=True)
        raise


def load(store: Path | str, card: Path | str | None = None) -> xr.Dataset:
    """Opens `store` lazily after checking every file against its card.

    Raises StoreError that names the store, what differs and the command that regenerates it.
    """
    store, card = Path(store), card_of(store) if card is None else Path(card)
    remedy = f"Regenerate it with: snakemake --force {store}"
    if not card.is_file() or not store.is_dir():
        missing = store if not store.is_dir() else card
        raise StoreError(f"{missing} does not exist, so {store} is not a finished store. {remedy}")
    expected, found = json.loads(card.read_text())["files"], digests(store)
    if expected != found:
        differing = sorted(name for name in expected.keys() | found.keys() if expected.get(name) != found.get(name))
        states = [f"{name} is {'missing' if name not in found else 'altered or extra'}" for name in differing[:3]]
        more = f" and {len(differing) - 3} more" if len(differing) > 3 else ""
        raise StoreError(f"{store} is damaged: {', '.join(states)}{more}, against its card {card}. {remedy}")
    return _open(store)


def card_of(store: Path | str) -> Path:
    """The card that stands beside a store."""
    return Path(store).with_suffix(".json")


def remove(store: Path | str) -> None:
    """Removes a store and its card; the card goes first, so that a half-removed store is never taken for whole."""
    card_of(store).unlink(missing_ok=True)
    shutil.rmtree(store, ignore_errors=True)


def write_whole(path: Path | str, content: bytes | str) -> None:
    """Writes a file beside its target and renames it into place, so that no reader ever sees half of it."""
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f"{path.name}.partial-{os.getpid()}")
    try:
        partial.write_bytes(content.encode() if isinstance(content, str) else content)
        os.replace(partial, path)
    finally:
        partial.unlink(missing_ok=True)


def digests(store: Path | str) -> dict[str, str]:
    """SHA-256 of every file of a store by its relative path."""
    files = sorted(path for path in Path(store).rglob("*") if path.is_file() and path.name != SNAKEMAKE_MARK)
    return {path.relative_to(store).as_posix(): file_digest(path) for path in files}


def file_digest(path: Path | str) -> str:
    """SHA-256 of one file as hexadecimal text."""
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _open(store: Path) -> xr.Dataset:
    with warnings.catch_warnings():
        # Snakemake puts its time stamp into the directory; zarr wonders about it.
        warnings.filterwarnings("ignore", message=f".*{SNAKEMAKE_MARK}.*")
        return xr.open_zarr(store, consolidated=False, chunks=None)


def _require_labels(dataset: xr.Dataset) -> None:
    bare = [str(name) for name, v in dataset.data_vars.items() if not {"units", "long_name"} <= v.attrs.keys()]
    if bare:
        raise ValueError(f"variables without `units` and `long_name`: {', '.join(bare)}; add both attributes")


def _with_plain_strings(dataset: xr.Dataset) -> xr.Dataset:
    # Fixed-length text has no Zarr v3 specification; text of any length has one.
    text = {name: v.astype(np.dtypes.StringDType()) for name, v in dataset.variables.items() if v.dtype.kind in "UO"}
    return dataset.assign({k: v for k, v in text.items() if k not in dataset.coords}).assign_coords(
        {k: v for k, v in text.items() if k in dataset.coords}
    )


def _describe(dataset: xr.Dataset, store: Path) -> dict[str, Any]:
    files = digests(store)
    return {
        "sizes": {str(dim): size for dim, size in dataset.sizes.items()},
        "variables": {str(name): f"{v.dtype} {list(v.dims)}" for name, v in dataset.data_vars.items()},
        "seed": dataset.attrs.get("seed", -1),
        "commit": dataset.attrs.get("commit", "unknown"),
        "files": files,
        "digest": hashlib.sha256(json.dumps(files, sort_keys=True).encode()).hexdigest(),
    }


def _encoding(dataset: xr.Dataset) -> dict[str, dict[str, Any]]:
    from zarr.codecs import BloscCodec

    codec = BloscCodec(cname="zstd", clevel=3, shuffle="bitshuffle")
    encoding = {}
    for name, variable in dataset.variables.items():
        if variable.dtype.kind in "fiub" and variable.ndim and variable.size:
            chunks, shards = _chunks_and_shards(variable.shape, variable.dtype.itemsize)
            encoding[str(name)] = {"chunks": chunks, "shards": shards, "compressors": codec}
    return encoding


def _chunks_and_shards(shape: tuple[int, ...], itemsize: int) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Rows together until a chunk is about 4 MiB; chunks together until a shard, what is written at once, 128 MiB."""
    row_bytes = int(np.prod(shape[1:], dtype=np.int64)) * itemsize
    rows = int(np.clip(CHUNK_BYTES // row_bytes, 1, shape[0]))
    chunks_per_shard = int(np.clip(SHARD_BYTES // (rows * row_bytes), 1, -(-shape[0] // rows)))
    return (rows, *shape[1:]), (rows * chunks_per_shard, *shape[1:])
