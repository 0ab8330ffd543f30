"""The generated parts of the README replace what stands between their markers, and nothing else."""

import pytest

from gradfree.claims import readme


def test_only_what_stands_between_the_markers_is_replaced():
    text = "before\n<!-- ledger -->\nold\n<!-- /ledger -->\nafter"
    filled = readme.fill(text, {"ledger": "new"})
    assert filled == "before\n<!-- ledger -->\nnew\n<!-- /ledger -->\nafter"
    assert readme.fill(filled, {"ledger": "new"}) == filled


def test_missing_markers_are_named():
    with pytest.raises(KeyError, match="gallery"):
        readme.fill("text", {"gallery": "x"})


def test_the_gallery_shows_every_figure_once_with_its_first_sentence():
    found = readme.gallery(["a", "b", "c"], {"a": "One. More.", "b": "Two.", "c": "Three"}, "docs/x")
    assert [found.count(f'"docs/x/{name}.png"') for name in "abc"] == [1, 1, 1]
    assert "One.</" not in found and "More" not in found and found.count("\n") == 3


def test_an_abbreviated_figure_ends_no_sentence_of_the_gallery():
    found = readme.gallery(["a"], {"a": "Errors (after LOD 2020, Fig. 8b), in two panels. Bands are one SD.\n"}, "x")
    assert "<br>Errors (after LOD 2020, Fig. 8b), in two panels. |" in found and "Bands" not in found
