# Chapter cnn: the EnKF and backpropagation train a convolutional network (thesis part 1; LOD 2020).
CNN = CONFIG.cnn
CNN_METHODS = ["enkf", "remedies", "blocks", "gradient"]


CNN_RUNS = [
    f"cnn/{method}/{setting}/seed-{seed}"
    for method in CNN_METHODS
    for setting in getattr(CNN, method).settings
    for seed in range(CNN.training(method, setting).n_seeds)
]
SUMMARIES["cnn"] = [f"{RESULTS}/cnn/summaries/{method}" for method in CNN_METHODS]
TIMED += CNN_RUNS


def training(wildcards):
    """The block of the configuration that one run reads."""
    return CNN.training(wildcards.method, wildcards.setting)


def ensemble_memory_mb(wildcards):
    """Python with torch, the images, and three copies of the ensemble (32-bit)."""
    members = training(wildcards).n_members
    return 1000 + members * 18050 * 4 * 3 // 2**20


rule train_cnn_with_enkf:
    input:
        lambda wildcards: images(training(wildcards).data),
    output:
        run=directory(f"{RESULTS}/cnn/{{method}}/{{setting}}/seed-{{seed}}.zarr"),
        card=f"{RESULTS}/cnn/{{method}}/{{setting}}/seed-{{seed}}.json",
    log:
        f"{RESULTS}/logs/cnn/{{method}}/{{setting}}/seed-{{seed}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/cnn/{{method}}/{{setting}}/seed-{{seed}}.jsonl"
    wildcard_constraints:
        method="enkf|remedies",
    threads: 1
    resources:
        mem_mb=ensemble_memory_mb,
        checkpoint_every_s=CONFIG.checkpoint_every_s,
        runtime="24h",
    params:
        config=lambda wildcards: training(wildcards).model_dump(exclude={"n_seeds"}),
        root_seed=CONFIG.root_seed,
        code=code(
            "gradfree.experiments.cnn_enkf",
            "gradfree.experiments.nodes",
            "gradfree.tasks.library",
        ),
        checkpoints=f"{RESULTS}/checkpoints/cnn/{{method}}/{{setting}}/seed-{{seed}}",
    message:
        "EnKF trains the CNN: setting {wildcards.setting}, seed {wildcards.seed}"
    script:
        "../../scripts/train_cnn_with_enkf.py"


rule train_cnn_with_blocks:
    input:
        images("digits"),
    output:
        run=directory(f"{RESULTS}/cnn/{{method}}/{{setting}}/seed-{{seed}}.zarr"),
        card=f"{RESULTS}/cnn/{{method}}/{{setting}}/seed-{{seed}}.json",
    log:
        f"{RESULTS}/logs/cnn/{{method}}/{{setting}}/seed-{{seed}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/cnn/{{method}}/{{setting}}/seed-{{seed}}.jsonl"
    wildcard_constraints:
        method="blocks",
    threads: 1
    resources:
        mem_mb=2000,
        checkpoint_every_s=CONFIG.checkpoint_every_s,
        runtime="8h",
    params:
        config=lambda wildcards: training(wildcards).model_dump(exclude={"n_seeds"}),
        root_seed=CONFIG.root_seed,
        code=code(
            "gradfree.experiments.cnn_blocks",
            "gradfree.experiments.nodes",
            "gradfree.tasks.library",
        ),
        checkpoints=f"{RESULTS}/checkpoints/cnn/{{method}}/{{setting}}/seed-{{seed}}",
    message:
        "The block filter trains the CNN: setting {wildcards.setting}, seed {wildcards.seed}"
    script:
        "../../scripts/train_cnn_with_blocks.py"


rule train_cnn_with_gradient:
    input:
        images("digits"),
    output:
        run=directory(f"{RESULTS}/cnn/{{method}}/{{setting}}/seed-{{seed}}.zarr"),
        card=f"{RESULTS}/cnn/{{method}}/{{setting}}/seed-{{seed}}.json",
    log:
        f"{RESULTS}/logs/cnn/{{method}}/{{setting}}/seed-{{seed}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/cnn/{{method}}/{{setting}}/seed-{{seed}}.jsonl"
    wildcard_constraints:
        method="gradient",
    threads: 1
    resources:
        mem_mb=2000,
        checkpoint_every_s=CONFIG.checkpoint_every_s,
        runtime="8h",
    params:
        config=lambda wildcards: training(wildcards).model_dump(exclude={"n_seeds"}),
        root_seed=CONFIG.root_seed,
        code=code(
            "gradfree.experiments.cnn_gradient",
            "gradfree.experiments.nodes",
            "gradfree.tasks.library",
        ),
        checkpoints=f"{RESULTS}/checkpoints/cnn/{{method}}/{{setting}}/seed-{{seed}}",
    message:
        "Backpropagation trains the CNN: setting {wildcards.setting}, seed {wildcards.seed}"
    script:
        "../../scripts/train_cnn_with_gradient.py"


rule summarize_cnn:
    input:
        lambda wildcards: [
            file
            for run in CNN_RUNS
            if run.startswith(f"cnn/{wildcards.method}/")
            for file in finished(f"{RESULTS}/{run}")
        ],
    output:
        summary=directory(f"{RESULTS}/cnn/summaries/{{method}}.zarr"),
        card=f"{RESULTS}/cnn/summaries/{{method}}.json",
    log:
        f"{RESULTS}/logs/cnn/summaries/{{method}}.log",
    resources:
        mem_mb=2000,
        runtime=30,
    params:
        code=code("gradfree.analysis.summaries"),
    message:
        "Histories of all {wildcards.method} runs in one small dataset"
    script:
        "../../scripts/summarize_histories.py"


rule cnn:
    input:
        drawn("cnn"),
