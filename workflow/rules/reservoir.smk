# Chapter reservoir: the EnKF trains the readout of a spiking reservoir (thesis part 2; Frontiers 2022).
RESERVOIR = CONFIG.reservoir
RESERVOIR_CHUNKS = {
    wiring: [
        f"reservoir/spikes/{wiring}/chunk-{number}"
        for number, _ in enumerate(RESERVOIR.spikes.chunks(wiring))
    ]
    for wiring in RESERVOIR.spikes.wirings
}
RESERVOIR_RUNS = [
    f"reservoir/readout/{setting}/seed-{seed}"
    for setting, training in RESERVOIR.trainings().items()
    for seed in range(training.n_seeds)
]
SUMMARIES["reservoir"] = [
    f"{RESULTS}/reservoir/summaries/{name}"
    for name in ("activity", "examples", "readout", "bounds", "ensembles")
]
TIMED += RESERVOIR_RUNS
TIMED += [chunk for chunks in RESERVOIR_CHUNKS.values() for chunk in chunks]


wildcard_constraints:
    wiring="[a-z_]+",
    chunk=r"\d+",


def spikes(*wirings):
    """The stores and cards of the spikes of all images."""
    return [
        file
        for wiring in wirings
        for chunk in RESERVOIR_CHUNKS[wiring]
        for file in finished(f"{RESULTS}/{chunk}")
    ]


rule simulate_reservoir:
    input:
        images("digits"),
    output:
        run=directory(f"{RESULTS}/reservoir/spikes/{{wiring}}/chunk-{{chunk}}.zarr"),
        card=f"{RESULTS}/reservoir/spikes/{{wiring}}/chunk-{{chunk}}.json",
    log:
        f"{RESULTS}/logs/reservoir/spikes/{{wiring}}/chunk-{{chunk}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/reservoir/spikes/{{wiring}}/chunk-{{chunk}}.jsonl"
    threads: 1
    resources:
        mem_mb=3000,
        runtime="1h",
    params:
        model=RESERVOIR.model.model_dump(mode="json"),
        digits=lambda wildcards: RESERVOIR.spikes.digits[wildcards.wiring],
        images=lambda wildcards: RESERVOIR.spikes.chunks(wildcards.wiring)[
            int(wildcards.chunk)
        ],
        root_seed=CONFIG.root_seed,
        code=code("gradfree.experiments.reservoir_spikes", "gradfree.tasks.library"),
    message:
        "The reservoir sees chunk {wildcards.chunk} of the images, wiring {wildcards.wiring}"
    script:
        "../../scripts/simulate_reservoir.py"


rule list_spikes:
    input:
        lambda wildcards: spikes(wildcards.wiring),
    output:
        f"{RESULTS}/reservoir/spikes/{{wiring}}/chunks.json",
    log:
        f"{RESULTS}/logs/reservoir/spikes/{{wiring}}/chunks.log",
    resources:
        runtime=10,
    params:
        code=code("gradfree.store"),
    message:
        "List of all chunks of spikes, wiring {wildcards.wiring}"
    script:
        "../../scripts/list_spikes.py"


rule summarize_reservoir_activity:
    input:
        spikes(*RESERVOIR.spikes.wirings),
    output:
        summary=directory(f"{RESULTS}/reservoir/summaries/activity.zarr"),
        card=f"{RESULTS}/reservoir/summaries/activity.json",
    log:
        f"{RESULTS}/logs/reservoir/summaries/activity.log",
    resources:
        mem_mb=2000,
        runtime=30,
    params:
        sizes=RESERVOIR.model.populations.model_dump(),
        code=code("gradfree.analysis.reservoir_activity"),
    message:
        "How input neurons and reservoir fire"
    script:
        "../../scripts/summarize_reservoir_activity.py"


rule train_readout:
    input:
        lambda wildcards: spikes(RESERVOIR.training(wildcards.setting).wiring),
    output:
        run=directory(f"{RESULTS}/reservoir/readout/{{setting}}/seed-{{seed}}.zarr"),
        card=f"{RESULTS}/reservoir/readout/{{setting}}/seed-{{seed}}.json",
    log:
        f"{RESULTS}/logs/reservoir/readout/{{setting}}/seed-{{seed}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/reservoir/readout/{{setting}}/seed-{{seed}}.jsonl"
    threads: 1
    resources:
        mem_mb=4000,
        checkpoint_every_s=CONFIG.checkpoint_every_s,
        runtime="12h",
    params:
        config=lambda wildcards: RESERVOIR.training(wildcards.setting).model_dump(
            mode="json", exclude={"n_seeds"}
        ),
        model=RESERVOIR.model.model_dump(mode="json"),
        root_seed=CONFIG.root_seed,
        code=code(
            "gradfree.experiments.reservoir_training", "gradfree.experiments.nodes"
        ),
        checkpoints=f"{RESULTS}/checkpoints/reservoir/readout/{{setting}}/seed-{{seed}}",
    message:
        "The readout is trained: setting {wildcards.setting}, seed {wildcards.seed}"
    script:
        "../../scripts/train_readout.py"


rule show_examples:
    input:
        digits=images("digits"),
        spikes=spikes(*RESERVOIR.spikes.wirings),
        runs=[
            file
            for setting in RESERVOIR.figures.rasters
            for file in finished(f"{RESULTS}/reservoir/readout/{setting}/seed-0")
        ],
    output:
        summary=directory(f"{RESULTS}/reservoir/summaries/examples.zarr"),
        card=f"{RESULTS}/reservoir/summaries/examples.json",
    log:
        f"{RESULTS}/logs/reservoir/summaries/examples.log",
    resources:
        mem_mb=2000,
        runtime=30,
    params:
        model=RESERVOIR.model.model_dump(mode="json"),
        n_images=RESERVOIR.n_examples,
        root_seed=CONFIG.root_seed,
        code=code("gradfree.experiments.reservoir_examples", "gradfree.tasks.library"),
    message:
        "One image of each digit in full: input, and outputs before and after training"
    script:
        "../../scripts/show_examples.py"


rule bound_readout:
    input:
        digits=images("digits"),
        spikes=spikes(*RESERVOIR.spikes.wirings),
    output:
        summary=directory(f"{RESULTS}/reservoir/summaries/bounds.zarr"),
        card=f"{RESULTS}/reservoir/summaries/bounds.json",
    log:
        f"{RESULTS}/logs/reservoir/summaries/bounds.log",
    resources:
        mem_mb=4000,
        runtime="1h",
    params:
        tasks=RESERVOIR.tasks(),
        model=RESERVOIR.model.model_dump(mode="json"),
        code=code("gradfree.experiments.reservoir_bounds", "gradfree.tasks.library"),
    message:
        "Linear readouts of spike counts and of pixels"
    script:
        "../../scripts/bound_readout.py"


rule summarize_readout:
    input:
        [file for run in RESERVOIR_RUNS for file in finished(f"{RESULTS}/{run}")],
    output:
        summary=directory(f"{RESULTS}/reservoir/summaries/readout.zarr"),
        card=f"{RESULTS}/reservoir/summaries/readout.json",
    log:
        f"{RESULTS}/logs/reservoir/summaries/readout.log",
    resources:
        mem_mb=2000,
        runtime=30,
    params:
        code=code("gradfree.analysis.summaries", "gradfree.analysis.readout_histories"),
    message:
        "Histories of all trainings of the readout in one small dataset"
    script:
        "../../scripts/summarize_readout.py"


rule analyze_ensembles:
    input:
        [
            file
            for setting, training in RESERVOIR.trainings().items()
            if training.snapshots
            for seed in range(training.n_seeds)
            for file in finished(f"{RESULTS}/reservoir/readout/{setting}/seed-{seed}")
        ],
    output:
        summary=directory(f"{RESULTS}/reservoir/summaries/ensembles.zarr"),
        card=f"{RESULTS}/reservoir/summaries/ensembles.json",
    log:
        f"{RESULTS}/logs/reservoir/summaries/ensembles.log",
    resources:
        mem_mb=4000,
        runtime="1h",
    params:
        code=code("gradfree.analysis.ensembles"),
    message:
        "Covariances, spectra and principal components of kept ensembles"
    script:
        "../../scripts/analyze_ensembles.py"


rule reservoir:
    input:
        drawn("reservoir"),
