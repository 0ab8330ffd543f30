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
    """What a chunk goes on from: that before it, or the end of another evolution if its own continues one."""
    if wildcards.chunk != "0":
        chunks = ant_chunks(wildcards.setting, wildcards.seed)
        return finished(chunks[int(wildcards.chunk) - 1])
    run = f"{RESULTS}/ants/evolution/{wildcards.setting}/seed-{wildcards.seed}"
    return finished(f"{run}/start") if wildcards.setting in ANTS.continued else []


def end_of_another(wildcards):
    """The last chunk of the evolution that another one continues."""
    return finished(ant_chunks(ANTS.continued[wildcards.setting], wildcards.seed)[-1])


rule continue_ants:
    input:
        end_of_another,
    output:
        run=directory(f"{RESULTS}/ants/evolution/{{setting}}/seed-{{seed}}/start.zarr"),
        card=f"{RESULTS}/ants/evolution/{{setting}}/seed-{{seed}}/start.json",
    log:
        f"{RESULTS}/logs/ants/evolution/{{setting}}/seed-{{seed}}/start.log",
    resources:
        runtime=10,
    message:
        "{wildcards.setting}, seed {wildcards.seed}, goes on where another evolution ended"
    script:
        "../../scripts/continue_ants.py"


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


rule test_ants:
    input:
        chunks=all_chunks,
        engine=ancient(f"{RESULTS}/ants/engine.json"),
    output:
        run=directory(f"{RESULTS}/ants/tests/{{setting}}/seed-{{seed}}.zarr"),
        card=f"{RESULTS}/ants/tests/{{setting}}/seed-{{seed}}.json",
    log:
        f"{RESULTS}/logs/ants/tests/{{setting}}/seed-{{seed}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/ants/tests/{{setting}}/seed-{{seed}}.jsonl"
    threads: 1
    resources:
        mem_mb=2000,
        checkpoint_every_s=CONFIG.checkpoint_every_s,
        runtime="2h",
    params:
        config=lambda wildcards: ANTS.run(wildcards.setting).of_a_chunk().model_dump(),
        colony=ANTS_COLONY,
        tests=ANTS.tests.model_dump(),
        root_seed=CONFIG.root_seed,
        code=code("gradfree.experiments.ant_tests", "gradfree.experiments.nodes"),
        checkpoints=f"{RESULTS}/checkpoints/ants/tests/{{setting}}/seed-{{seed}}",
    message:
        "The champion of {wildcards.setting}, seed {wildcards.seed}, is chosen and tested"
    script:
        "../../scripts/test_ants.py"


rule record_ants:
    input:
        chunks=all_chunks,
        engine=ancient(f"{RESULTS}/ants/engine.json"),
    output:
        run=directory(f"{RESULTS}/ants/recordings/{{setting}}/seed-{{seed}}.zarr"),
        card=f"{RESULTS}/ants/recordings/{{setting}}/seed-{{seed}}.json",
    log:
        f"{RESULTS}/logs/ants/recordings/{{setting}}/seed-{{seed}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/ants/recordings/{{setting}}/seed-{{seed}}.jsonl"
    threads: 1
    resources:
        mem_mb=4000,
        checkpoint_every_s=CONFIG.checkpoint_every_s,
        runtime="1h",
    params:
        config=lambda wildcards: ANTS.run(wildcards.setting).of_a_chunk().model_dump(),
        colony=ANTS_COLONY,
        recordings=ANTS.recordings.model_dump(),
        root_seed=CONFIG.root_seed,
        code=code("gradfree.experiments.ant_behavior", "gradfree.experiments.nodes"),
        checkpoints=f"{RESULTS}/checkpoints/ants/recordings/{{setting}}/seed-{{seed}}",
    message:
        "Champions of {wildcards.setting}, seed {wildcards.seed}, forage for the record"
    script:
        "../../scripts/record_ants.py"


rule analyze_ants:
    input:
        rules.record_ants.output,
    output:
        run=directory(f"{RESULTS}/ants/behavior/{{setting}}/seed-{{seed}}.zarr"),
        card=f"{RESULTS}/ants/behavior/{{setting}}/seed-{{seed}}.json",
    log:
        f"{RESULTS}/logs/ants/behavior/{{setting}}/seed-{{seed}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/ants/behavior/{{setting}}/seed-{{seed}}.jsonl"
    threads: 1
    resources:
        mem_mb=4000,
        checkpoint_every_s=CONFIG.checkpoint_every_s,
        runtime="1h",
    params:
        config=lambda wildcards: ANTS.run(wildcards.setting).of_a_chunk().model_dump(),
        recordings=ANTS.recordings.model_dump(),
        n_ticks=ANTS.colony.trial.ticks,
        root_seed=CONFIG.root_seed,
        code=code("gradfree.analysis.ant_behavior", "gradfree.experiments.nodes"),
        checkpoints=f"{RESULTS}/checkpoints/ants/behavior/{{setting}}/seed-{{seed}}",
    message:
        "How ants of {wildcards.setting}, seed {wildcards.seed}, behave"
    script:
        "../../scripts/analyze_ants.py"


rule run_ant_rules:
    input:
        engine=ancient(f"{RESULTS}/ants/engine.json"),
    output:
        run=directory(f"{RESULTS}/ants/rules.zarr"),
        card=f"{RESULTS}/ants/rules.json",
    log:
        f"{RESULTS}/logs/ants/rules.log",
    resources:
        mem_mb=1000,
        runtime=30,
    params:
        rules=ANTS.rule_based.model_dump(),
        tests=ANTS.tests.model_dump(),
        root_seed=CONFIG.root_seed,
        code=code("gradfree.experiments.ant_tests"),
    message:
        "The rule-based colony forages"
    script:
        "../../scripts/run_ant_rules.py"


def summarized(wildcards):
    """Stores and cards of one kind of results of all evolutions."""
    if wildcards.kind == "evolution":
        return [
            file
            for setting in ANTS.evolution.settings
            for seed in range(ANTS.run(setting).n_seeds)
            for chunk in ant_chunks(setting, seed)
            for file in finished(chunk)
        ]
    return [
        file
        for runs in ANTS_RUNS.values()
        for run in runs
        for file in finished(f"{RESULTS}/ants/{wildcards.kind}/{run}")
    ]


rule summarize_ants:
    input:
        summarized,
    output:
        summary=directory(f"{RESULTS}/ants/summaries/{{kind}}.zarr"),
        card=f"{RESULTS}/ants/summaries/{{kind}}.json",
    log:
        f"{RESULTS}/logs/ants/summaries/{{kind}}.log",
    wildcard_constraints:
        kind="|".join(ANTS_KINDS),
    resources:
        mem_mb=4000,
        runtime=30,
    params:
        runs=[run for runs in ANTS_RUNS.values() for run in runs],
        code=code("gradfree.analysis.summaries", "gradfree.analysis.ant_summaries"),
    message:
        "The {wildcards.kind} of all evolutions in one small dataset"
    script:
        "../../scripts/summarize_ants.py"


def film_recordings():
    """Records of the first and the last champion only, with pheromone maps for every frame."""
    ticks = range(0, ANTS.colony.trial.ticks, ANTS.film.every_ticks)
    return ANTS.recordings.model_copy(
        update={"every_generations": 10**9, "pheromone_ticks": tuple(ticks)}
    )


rule film_ants:
    input:
        chunks=all_chunks,
        engine=ancient(f"{RESULTS}/ants/engine.json"),
    output:
        run=directory(f"{RESULTS}/ants/film/{{setting}}/seed-{{seed}}.zarr"),
        card=f"{RESULTS}/ants/film/{{setting}}/seed-{{seed}}.json",
    log:
        f"{RESULTS}/logs/ants/film/{{setting}}/seed-{{seed}}.log",
    threads: 1
    resources:
        mem_mb=2000,
        checkpoint_every_s=CONFIG.checkpoint_every_s,
        runtime=30,
    params:
        config=lambda wildcards: ANTS.run(wildcards.setting).of_a_chunk().model_dump(),
        colony=ANTS_COLONY,
        recordings=film_recordings().model_dump(),
        root_seed=CONFIG.root_seed,
        code=code("gradfree.experiments.ant_behavior", "gradfree.experiments.nodes"),
        checkpoints=f"{RESULTS}/checkpoints/ants/film/{{setting}}/seed-{{seed}}",
    message:
        "The first and the last champion of {wildcards.setting}, seed {wildcards.seed}, are filmed"
    script:
        "../../scripts/film_ants.py"


rule animate_ants:
    input:
        finished(f"{RESULTS}/ants/film/{ANTS.film.setting}/seed-{ANTS.film.seed}"),
    output:
        gif=f"{RESULTS}/figures/ants/animation.gif",
        page=f"{RESULTS}/figures/ants/player.html",
    log:
        f"{RESULTS}/logs/ants/animation.log",
    resources:
        mem_mb=2000,
        runtime=30,
    params:
        mp4=f"{RESULTS}/figures/ants/animation.mp4",  # no output: only where ffmpeg is installed
        code=code("gradfree.figures.ant_animation", "gradfree.figures.ant_player"),
    message:
        "Animation and player of the ant colony"
    script:
        "../../scripts/animate_ants.py"


rule ants:
    input:
        drawn("ants"),
        rules.animate_ants.output,
