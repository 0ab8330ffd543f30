"""Settings of chapter biophysical: what cannot be is refused with the place it stands in."""

import pytest

from gradfree import config


@pytest.fixture(scope="module")
def layers(request):
    root = request.config.rootpath
    return [("config.yaml", config.read_yaml(root / "config.yaml"))]


def refused(layers, **blocks) -> str:
    with pytest.raises(config.ConfigError) as error:
        config.validate([*layers, ("mine.yaml", {"biophysical": blocks})])
    return str(error.value)


@pytest.mark.parametrize(
    ("blocks", "message"),
    [
        (
            {"network": {"settings": {"es": {"n_members": 7}}}},
            "biophysical.network.settings.es.n_members: n_members 7 must be even for antithetic pairs",
        ),
        (
            {"network": {"settings": {"es": {"trained": ["input", "readout"]}}}},
            "trained lists readout, which exact_readout already trains",
        ),
        (
            {"network": {"settings": {"es-joint": {"trained": []}}}},
            "trained is empty and exact_readout is false: nothing would change",
        ),
        (
            {"network": {"settings": {"ga": {"alternate": True}}}},
            "ga varies all trained layers at once: set alternate to false",
        ),
        (
            {"network": {"settings": {"bp": {"precision": "float64", "checkpoint_steps": 20}}}},
            "checkpoint_steps is there for precision float32 only",
        ),
        ({"network": {"common": {"neuron": "hopff"}}}, "biophysical.network.common.neuron"),
        ({"network": {"common": {"n_delay": -1}}}, "biophysical.network.common.n_delay"),
        ({"stiff": {"settings": {"es": {}}}}, "another experiment has a setting of this name"),
        ({"figures": {"memory": ["es-memry-0"]}}, "did you mean 'es-memory-0'?"),
        ({"stability": {"settings": {"duration": {"cause": "n_word", "values": [1, 2]}}}}, "duration.cause"),
    ],
    ids=lambda x: "" if isinstance(x, dict) else x[:40],
)
def test_what_cannot_be_is_refused_with_its_place(layers, blocks, message):
    said = refused(layers, **blocks)
    assert message in said and "mine.yaml" in said


def test_the_pairs_of_a_comparison_differ_in_the_optimizer_and_in_what_it_needs(layers):
    """Equal iterations, batches, sizes and tasks: otherwise one method would be favored."""
    chapter = config.validate(layers).biophysical
    own = {"optimizer", "learning_rate", "final_rate", "clip_norm", "trained", "exact_readout", "shaping", "n_seeds"}
    for method in ("network", "spiral", "stiff"):
        settings = getattr(chapter, method).settings
        pairs = [(x, x.replace("es", "bp", 1)) for x in settings if x.startswith("es") and "published" not in x]
        for ours, theirs in [pair for pair in pairs if pair[1] in settings]:
            a, b = (chapter.training(method, x).model_dump(exclude=own) for x in (ours, theirs))
            assert a == b, (ours, theirs)


def test_the_success_map_and_the_analysis_vary_one_cause_of_the_same_network(layers):
    chapter = config.validate(layers).biophysical
    block = chapter.training("success", "success-duration")
    changed = block.changed(9, 0.005, None)
    assert (changed.n_words, changed.learning_rate, changed.clip_norm) == (9, 0.005, None)
    assert changed.model_dump(exclude={"n_words", "learning_rate", "clip_norm"}) == block.network.model_dump(
        exclude={"n_words", "learning_rate", "clip_norm"}
    )
