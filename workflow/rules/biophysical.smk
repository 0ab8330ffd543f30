# Chapter biophysical: evolution strategies against backpropagation on Morris-Lecar networks and neural ODEs (H 2023).
BIOPHYSICAL = CONFIG.biophysical

BIOPHYSICAL_RUNS = [
    f"biophysical/{method}/{setting}/seed-{seed}"
    for method, runs in BIOPHYSICAL.methods().items()
    for setting in runs.settings
    for seed in range(BIOPHYSICAL.training(method, setting).n_seeds)
]
SUMMARIES["biophysical"] = [
    f"{RESULTS}/biophysical/summaries/{method}" for method in BIOPHYSICAL.methods()
]
TIMED += BIOPHYSICAL_RUNS


rule simulate_biophysical:
    output:
        run=directory(
            f"{RESULTS}/biophysical/{{method}}/{{setting}}/seed-{{seed}}.zarr"
        ),
        card=f"{RESULTS}/biophysical/{{method}}/{{setting}}/seed-{{seed}}.json",
    log:
        f"{RESULTS}/logs/biophysical/{{method}}/{{setting}}/seed-{{seed}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/biophysical/{{method}}/{{setting}}/seed-{{seed}}.jsonl"
    wildcard_constraints:
        method="|".join(BIOPHYSICAL.methods()),
    threads: 1
    resources:
        mem_mb=2000,
        checkpoint_every_s=CONFIG.checkpoint_every_s,
        runtime="24h",
    params:
        config=lambda wildcards: BIOPHYSICAL.training(
            wildcards.method, wildcards.setting
        ).model_dump(exclude={"n_seeds"}),
        root_seed=CONFIG.root_seed,
        code=lambda wildcards: code(
            f"gradfree.experiments.biophysical_{wildcards.method}",
            "gradfree.experiments.nodes",
            "gradfree.settings.biophysical",
        ),
        checkpoints=f"{RESULTS}/checkpoints/biophysical/{{method}}/{{setting}}/seed-{{seed}}",
    message:
        "Experiment {wildcards.method}: setting {wildcards.setting}, seed {wildcards.seed}"
    script:
        "../../scripts/simulate_biophysical.py"


rule summarize_biophysical:
    input:
        lambda wildcards: [
            file
            for run in BIOPHYSICAL_RUNS
            if run.startswith(f"biophysical/{wildcards.method}/")
            for file in finished(f"{RESULTS}/{run}")
        ],
    output:
        summary=directory(f"{RESULTS}/biophysical/summaries/{{method}}.zarr"),
        card=f"{RESULTS}/biophysical/summaries/{{method}}.json",
    log:
        f"{RESULTS}/logs/biophysical/summaries/{{method}}.log",
    resources:
        mem_mb=2000,
        runtime=30,
    params:
        code=code("gradfree.analysis.summaries"),
    message:
        "Histories of all {wildcards.method} runs in one small dataset"
    script:
        "../../scripts/summarize_histories.py"


rule biophysical:
    input:
        drawn("biophysical"),
