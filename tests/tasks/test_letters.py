"""Drawn letters: readable, balanced, repeatable, and tested on font families that training never saw."""

import json
import shutil
import zipfile
from pathlib import Path

import matplotlib
import numpy as np
import pytest
from PIL import Image

from gradfree.tasks import downloads, idx, letters

MATPLOTLIB_FONTS = Path(matplotlib.get_data_path()) / "fonts" / "ttf"
USED = ["DejaVuSans", "DejaVuSans-Bold", "DejaVuSerif", "DejaVuSansMono", "STIXGeneral", "cmtt10"]


@pytest.fixture(scope="module")
def fonts(tmp_path_factory) -> Path:
    """Five families that matplotlib ships, one of them in two weights."""
    folder = tmp_path_factory.mktemp("fonts")
    for name in USED:
        shutil.copy(MATPLOTLIB_FONTS / f"{name}.ttf", folder)
    return folder


@pytest.fixture(scope="module")
def drawn(fonts):
    return letters.render(fonts, seed=1, n_train=600, n_test=200, test_share=0.4)


def test_shapes_types_and_pixel_range(drawn):
    assert drawn.name == "rendered letters"
    assert drawn.train_images.shape == (600, 28, 28) and drawn.test_images.shape == (200, 28, 28)
    assert drawn.train_images[:].dtype == np.float32 and drawn.train_labels.dtype == np.int64
    assert drawn.train_images[:].min() == 0 and 0.98 < drawn.train_images[:].max() <= 1


def test_letters_are_bright_on_dark_and_none_is_empty(drawn):
    brightest = drawn.train_images[:].max(axis=(1, 2))
    assert brightest.min() > 0.3
    assert 0.02 < drawn.train_images[:].mean() < 0.35


def test_classes_are_balanced_to_one(fonts, drawn):
    assert np.bincount(drawn.train_labels).tolist() == [60] * 10
    _, labels = letters.draw(letters.read_faces(fonts)[0], 123, np.random.default_rng(0))
    assert set(np.bincount(labels)) == {12, 13}
    assert drawn.details["counts"]["test"] == dict.fromkeys("ABCDEFGHIJ", 20)


def test_training_and_test_families_are_disjoint_and_cover_all(drawn):
    families = drawn.details["families"]
    assert not set(families["train"]) & set(families["test"])
    assert sorted(families["train"] + families["test"]) == sorted(
        ["DejaVu Sans", "DejaVu Serif", "DejaVu Sans Mono", "STIXGeneral", "cmtt10"]
    )
    assert len(families["test"]) == 2
    assert drawn.details["faces"] == 6


def test_test_images_come_from_test_families_only(fonts, monkeypatch):
    plain_draw, seen = letters.draw, []

    def watched(faces, n, rng):
        seen.append({face.family for face in faces})
        return plain_draw(faces, n, rng)

    monkeypatch.setattr(letters, "draw", watched)
    drawn = letters.render(fonts, seed=3, n_train=20, n_test=10)
    assert seen == [set(drawn.details["families"][part]) for part in ("train", "test")]


def test_the_same_seed_gives_the_same_pixels_and_another_seed_does_not(fonts, drawn):
    again = letters.render(fonts, seed=1, n_train=600, n_test=200, test_share=0.4)
    other = letters.render(fonts, seed=2, n_train=600, n_test=200, test_share=0.4)
    assert np.array_equal(again.train_images[:], drawn.train_images[:])
    assert np.array_equal(again.test_labels, drawn.test_labels)
    assert again.details == drawn.details
    assert not np.array_equal(other.train_images[:], drawn.train_images[:])


def test_the_letters_of_a_font_differ_and_so_does_a_letter_between_fonts(fonts):
    faces, _ = letters.read_faces(fonts)
    assert len(faces) == 6
    for face in faces:
        assert face.masks.shape == (10, 56, 56)
    first_letters = {face.masks[0].tobytes() for face in faces}
    assert len(first_letters) == 6


def test_upright_letters_are_centered_and_of_one_size(fonts):
    for face in letters.read_faces(fonts)[0]:
        for mask in face.masks:
            rows, columns = np.nonzero(mask)
            height, width = np.ptp(rows) + 1, np.ptp(columns) + 1
            assert abs(max(height, width) - 2 * letters.LETTER_PX) <= 1
            assert abs(rows.min() + rows.max() - 55) <= 2 and abs(columns.min() + columns.max() - 55) <= 2


def test_an_undistorted_warp_only_halves_the_resolution(fonts, monkeypatch):
    for name in ("ROTATION_RAD", "SHEAR", "OFFSET_PX"):
        monkeypatch.setattr(letters, name, 0.0)
    monkeypatch.setattr(letters, "SCALE", (1.0, 1.0))
    face = letters.read_faces(fonts)[0][0]
    pixels, labels = letters.draw([face], 10, np.random.default_rng(0))
    for image, label in zip(pixels, labels, strict=True):
        halved = face.masks[label].reshape(28, 2, 28, 2).mean(axis=(1, 3))
        assert np.abs(image - halved).max() <= 1


def test_offsets_move_a_letter_by_up_to_one_and_a_half_pixels_to_either_side(fonts, monkeypatch):
    """Same font, same letter, neither turned nor scaled: its center of mass moves by the offset and nothing else."""
    for name in ("ROTATION_RAD", "SHEAR"):
        monkeypatch.setattr(letters, name, 0.0)
    monkeypatch.setattr(letters, "SCALE", (1.0, 1.0))
    face = letters.read_faces(fonts)[0][0]
    pixels, labels = letters.draw([face], 1000, np.random.default_rng(0))
    mass = pixels.sum(axis=(1, 2))
    for axis in (1, 2):
        centers = pixels.sum(axis=axis) @ np.arange(28) / mass
        for label in range(10):
            assert 2.7 < np.ptp(centers[labels == label]) < 3.05


def test_a_classifier_of_pixels_reads_letters_of_unseen_families(fonts):
    """Labels fit the glyphs: ridge regression on pixels is far above the 10 % of guessing."""
    drawn = letters.render(fonts, seed=1, n_train=2000, n_test=500, test_share=0.4)
    inputs = drawn.train_images[:].reshape(2000, -1).astype(float)
    targets = np.eye(10)[drawn.train_labels]
    weights = np.linalg.solve(inputs.T @ inputs + 30 * np.eye(784), inputs.T @ targets)
    guesses = (drawn.test_images[:].reshape(500, -1) @ weights).argmax(axis=1)
    assert (guesses == drawn.test_labels).mean() > 0.7


def test_fonts_without_the_letters_are_left_out_and_counted(fonts, tmp_path):
    folder = tmp_path / "fonts"
    shutil.copytree(fonts, folder)
    shutil.copy(MATPLOTLIB_FONTS / "STIXSizOneSymReg.ttf", folder)
    (folder / "broken.ttf").write_bytes(b"<html>no font</html>")
    faces, excluded = letters.read_faces(folder)
    assert len(faces) == 6
    assert "no A" in excluded["STIXSizOneSymReg.ttf"]
    assert "not a readable font" in excluded["broken.ttf"]


def test_symbol_fonts_whose_letters_look_alike_are_left_out():
    boxes = np.full((10, 56, 56), 255, dtype=np.uint8)
    with pytest.raises(letters.Unusable, match="look alike"):
        letters._distinct(boxes)


def test_variable_fonts_give_one_face_per_weight_within_their_range():
    class Axis:
        def __init__(self, axisTag: str, minValue: float, defaultValue: float, maxValue: float) -> None:
            self.axisTag, self.minValue, self.defaultValue, self.maxValue = axisTag, minValue, defaultValue, maxValue

    axes = [Axis("opsz", 6, 11, 96), Axis("wght", 400, 400, 700)]
    assert letters._weight_settings(axes) == [[11, 400], [11, 600], [11, 700]]
    assert letters._weight_settings(axes[:1]) == letters._weight_settings([]) == [[]]


def test_one_family_cannot_be_split(fonts, tmp_path):
    shutil.copy(fonts / "DejaVuSans.ttf", tmp_path)
    with pytest.raises(ValueError, match=r"at least two usable font families.*DejaVu Sans"):
        letters.render(tmp_path, seed=1, n_train=10, n_test=10)


def test_every_split_leaves_families_on_both_sides():
    for share in (0.0, 0.2, 1.0):
        train, test = letters.split_families(["a", "b", "c"], share, np.random.default_rng(0))
        assert train and test and sorted(train + test) == ["a", "b", "c"]


def test_what_is_written_is_loaded_with_its_record(drawn, tmp_path):
    letters.write(drawn, tmp_path)
    loaded = letters.load(tmp_path)
    assert loaded.name == drawn.name
    assert np.array_equal(loaded.train_images[:], drawn.train_images[:])
    assert np.array_equal(loaded.test_labels, drawn.test_labels)
    assert loaded.details == drawn.details
    assert json.loads((tmp_path / "letters.json").read_text())["seed"] == 1


def test_an_altered_letters_file_is_refused(drawn, tmp_path):
    letters.write(drawn, tmp_path)
    path = tmp_path / "train-images-idx3-ubyte"
    path.write_bytes(path.read_bytes()[:-1] + b"\x01")
    with pytest.raises(idx.WrongChecksum, match=r"train-images-idx3-ubyte.*--forcerun letters"):
        letters.load(tmp_path)


def test_letters_without_their_record_are_refused(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"letters\.json.*--forcerun letters"):
        letters.load(tmp_path)


def test_sixty_or_more_families_are_pinned_by_version_and_hash():
    assert len(downloads.FONT_WHEELS) >= 60
    for pin in downloads.FONT_WHEELS:
        package, _, digest = pin.partition(" --hash=sha256:")
        assert package.startswith("fontpkg-") and "==" in package and len(digest) == 64


def test_a_font_package_that_is_not_pinned_is_refused(tmp_path):
    with zipfile.ZipFile(tmp_path / "fontpkg_other-1.0-py3-none-any.whl", "w") as archive:
        archive.writestr("other.ttf", b"altered")
    with pytest.raises(idx.WrongChecksum, match=r"fontpkg_other.*none of the pinned"):
        letters.read_faces(tmp_path)


def test_missing_font_packages_are_an_error_with_a_remedy(tmp_path, monkeypatch):
    def offline(pins, folder):
        raise RuntimeError("no network")

    monkeypatch.setattr(downloads, "pip_download", offline)
    with pytest.raises(downloads.DataUnavailable, match=r"(?s)no network.*data\.notmnist_folder.*fontpkg-abel"):
        downloads.fetch_fonts(tmp_path / "fonts")


def test_font_packages_that_are_there_are_not_downloaded_again(tmp_path, monkeypatch):
    wheel = tmp_path / "fontpkg_small-1.0-py3-none-any.whl"
    wheel.write_bytes(b"small")
    monkeypatch.setattr(downloads, "FONT_WHEELS", [f"fontpkg-small==1.0 --hash=sha256:{idx.sha256(b'small')}"])
    monkeypatch.setattr(downloads, "pip_download", pytest.fail)
    assert downloads.fetch_fonts(tmp_path) == [wheel]


@pytest.fixture
def notmnist(tmp_path) -> Path:
    """A copy of the format of notMNIST: in each of A to J five images, all of one gray, and a broken file."""
    for label, letter in enumerate(letters.LETTERS):
        folder = tmp_path / letter
        folder.mkdir()
        for number in range(5):
            Image.fromarray(np.full((28, 28), 20 * label + number, dtype=np.uint8)).save(folder / f"{number}.png")
        (folder / "broken.png").write_bytes(b"")
    return tmp_path


def test_the_users_notmnist_is_split_at_random_and_broken_files_are_counted(notmnist):
    images = letters.read_notmnist(notmnist, seed=1, n_train=40, n_test=10)
    assert images.name == "notMNIST"
    assert images.details["broken_files"] <= 10
    grays = np.rint(np.concatenate([images.train_images[:], images.test_images[:]])[:, 0, 0] * 255).astype(int)
    labels = np.concatenate([images.train_labels, images.test_labels])
    assert (grays // 20 == labels).all()
    assert len(set(grays)) == 50  # every image once
    again = letters.read_notmnist(notmnist, seed=1, n_train=40, n_test=10)
    other = letters.read_notmnist(notmnist, seed=2, n_train=40, n_test=10)
    assert np.array_equal(images.test_images[:], again.test_images[:])
    assert not np.array_equal(images.test_images[:], other.test_images[:])


def test_too_few_notmnist_images_are_an_error_that_counts_them(notmnist):
    with pytest.raises(downloads.DataUnavailable, match=r"data\.notmnist_folder.*has 50 readable.*10 broken.*51"):
        letters.read_notmnist(notmnist, seed=1, n_train=41, n_test=10)


def test_a_folder_that_is_no_notmnist_is_an_error(tmp_path):
    with pytest.raises(downloads.DataUnavailable, match="has 0 readable"):
        letters.read_notmnist(tmp_path / "nowhere", seed=1)
