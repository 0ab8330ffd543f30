"""How images are dealt to jobs."""

import pytest

from gradfree.settings.reservoir import SpikeSets

SIZES = {"train": 6, "validation": 2, "test": 4}


def sets(per_chunk: int) -> SpikeSets:
    return SpikeSets(digits={"published": [3, 7]}, images_per_class=SIZES, images_per_chunk=per_chunk)


@pytest.mark.parametrize("per_chunk", [1, 5, 7, 12, 24, 100])
def test_every_image_of_every_part_is_in_one_job_and_all_jobs_but_the_last_are_full(per_chunk):
    chunks = sets(per_chunk).chunks("published")
    images = [(part, i) for chunk in chunks for part, (first, stop) in chunk.items() for i in range(first, stop)]
    assert images == [(part, i) for part, n in SIZES.items() for i in range(2 * n)]
    lengths = [sum(stop - first for first, stop in chunk.values()) for chunk in chunks]
    assert all(length == per_chunk for length in lengths[:-1]) and 0 < lengths[-1] <= per_chunk


def test_a_job_may_hold_images_of_several_parts():
    assert sets(14).chunks("published") == [
        {"train": (0, 12), "validation": (0, 2)},
        {"validation": (2, 4), "test": (0, 8)},
    ]
