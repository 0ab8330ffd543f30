"""IDX, the file format of MNIST: arrays of bytes behind a big-endian header; read only if the checksum fits."""

from __future__ import annotations

import gzip
import hashlib
import struct
import zlib
from pathlib import Path

import numpy as np

UNSIGNED_BYTE = 0x08  # the type code of the header; MNIST uses no other


class WrongChecksum(RuntimeError):
    """A file is not the one that was expected."""


def encode(array: np.ndarray) -> bytes:
    """The IDX file content of a uint8 array of any shape. Raises ValueError for another type."""
    if array.dtype != np.uint8:
        raise ValueError(f"IDX files of this package hold uint8, but the array is {array.dtype}: convert it first")
    header = struct.pack(f">{1 + array.ndim}I", UNSIGNED_BYTE << 8 | array.ndim, *array.shape)
    return header + array.tobytes()


def decode(content: bytes) -> np.ndarray:
    """The uint8 array of an IDX file. Raises ValueError if header and length do not agree."""
    if len(content) < 4 or content[:3] != bytes([0, 0, UNSIGNED_BYTE]):
        raise ValueError(
            f"not an IDX file of unsigned bytes: expected it to start with 00 00 08, found {content[:3].hex(' ')}"
        )
    dimensions = content[3]
    start = 4 + 4 * dimensions
    if len(content) < start:
        raise ValueError(f"IDX header cut off: expected {start} bytes, found {len(content)}")
    shape = struct.unpack(f">{dimensions}I", content[4:start])
    expected = start + int(np.prod(shape, dtype=np.int64))
    if len(content) != expected:
        raise ValueError(f"IDX file of shape {shape}: expected {expected} bytes, found {len(content)}")
    return np.frombuffer(content, dtype=np.uint8, offset=start).reshape(shape)


def sha256(content: bytes) -> str:
    """SHA-256 in hexadecimal digits."""
    return hashlib.sha256(content).hexdigest()


def read_checked(path: Path, expected: str, remedy: str) -> bytes:
    """Content of `path` (uncompressed if its name ends in `.gz`), whose SHA-256 has to be `expected`.

    Raises FileNotFoundError, or WrongChecksum for any other content; both say `remedy`.
    """
    if not path.is_file():
        raise FileNotFoundError(f"{path} does not exist. {remedy}")
    content = path.read_bytes()
    if path.suffix == ".gz":
        try:
            content = gzip.decompress(content)
        except (OSError, EOFError, zlib.error) as error:
            raise WrongChecksum(
                f"{path} is no whole gzip file ({error}); expected content {expected}. {remedy}"
            ) from error
    found = sha256(content)
    if found != expected:
        raise WrongChecksum(
            f"{path} is truncated, altered or another file: expected SHA-256 {expected}, found {found}. {remedy}"
        )
    return content
