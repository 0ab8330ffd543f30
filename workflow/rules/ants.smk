# Chapter ants: a genetic algorithm evolves spiking brains that steer a foraging colony (Jimenez-Romero et al. 2024).
ANTS = CONFIG.ants
ANTS_COLONY = ANTS.colony.model_dump()
ANTS_RUNS = {
    setting: [f"{setting}/seed-{seed}" for seed in range(ANTS.run(setting).n_seeds)]
    for setting in ANTS.evolution.settings
}
ANTS_KINDS = ["evolution", "tests", "behavior"]
SUMMARIES["ants"] = [
    *(f"{RESULTS}/ants/summaries/{kind}" for kind in ANTS_KINDS),
    f"{RESULTS}/ants/rules",
]


def ant_chunks(setting, seed):
    """The chain of one evolution, without endings."""
    return [
        f"{RESULTS}/ants/evolution/{setting}/seed-{seed}/chunk-{chunk}"
        for chunk in ANTS.chunks(setting)
    ]


TIMED += [
    chunk.removeprefix(f"{RESULTS}/")
    for setting in ANTS.evolution.settings
    for seed in range(ANTS.run(setting).n_seeds)
    for chunk in ant_chunks(setting, seed)
]
TIMED += [
    f"ants/{kind}/{run}"
    for kind in ("tests", "recordings", "behavior")
    for runs in ANTS_RUNS.values()
    for run in runs
]


def chunk_before(wildcards):
    """The chunk that a chunk goes on from."""
    if wildcards.chunk == "0":
        return []
    chunks = ant_chunks(wildcards.setting, wildcards.seed)
    return finished(chunks[int(wildcards.chunk) - 1])


def all_chunks(wildcards):
    """Stores and cards of one evolution."""
    chunks = ant_chunks(wildcards.setting, wildcards.seed)
    return [file for chunk in chunks for file in finished(chunk)]


rule evolve_ants:
    input:
        before=chunk_before,
        engine=ancient(f"{RESULTS}/ants/engine.json"),
    output:
        run=directory(
            f"{RESULTS}/ants/evolution/{{setting}}/seed-{{seed}}/chunk-{{chunk}}.zarr"
        ),
        card=f"{RESULTS}/ants/evolution/{{setting}}/seed-{{seed}}/chunk-{{chunk}}.json",
    log:
        f"{RESULTS}/logs/ants/evolution/{{setting}}/seed-{{seed}}/chunk-{{chunk}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/ants/evolution/{{setting}}/seed-{{seed}}/chunk-{{chunk}}.jsonl"
    wildcard_constraints:
        chunk=r"\d+",
    threads: 1
    resources:
        mem_mb=1000,
        checkpoint_every_s=CONFIG.checkpoint_every_s,
        runtime="4h",
    params:
        config=lambda wildcards: ANTS.run(wildcards.setting).of_a_chunk().model_dump(),
        colony=ANTS_COLONY,
        root_seed=CONFIG.root_seed,
        code=code("gradfree.experiments.ant_evolution", "gradfree.experiments.nodes"),
        checkpoints=f"{RESULTS}/checkpoints/ants/{{setting}}/seed-{{seed}}/chunk-{{chunk}}",
    message:
        "Ants evolve: {wildcards.setting}, seed {wildcards.seed}, chunk {wildcards.chunk}"
    script:
        "../../scripts/evolve_ants.py"


rule compile_ants:
    output:
        f"{RESULTS}/ants/engine.json",
    log:
        f"{RESULTS}/logs/ants/engine.log",
    resources:
        runtime=10,
    params:
        code=code("gradfree.experiments.ant_warmup"),
    message:
        "The engine of the ant colonies is compiled once, apart from all runs"
    script:
        "../../scripts/compile_ants.py"


rule ants:
    input:
        all_chunks_of_all=[
            file
            for setting in ANTS.evolution.settings
            for seed in range(ANTS.run(setting).n_seeds)
            for chunk in ant_chunks(setting, seed)
            for file in finished(chunk)
        ],
