# Chapter l2l, after its last generation: the best are run again, one of them counts as found, and is compared with what
# was chosen by hand. What is searched for, and where files are, stands in l2l.smk.
rule run_finalist:
    input:
        populations=lambda wildcards: populations(wildcards.setting, wildcards.seed),
        files=needed_files,
    output:
        run=directory(f"{L2L_SEARCH}/finalists/rank-{{rank}}.zarr"),
        card=f"{L2L_SEARCH}/finalists/rank-{{rank}}.json",
    log:
        f"{RESULTS}/logs/l2l/{{setting}}/seed-{{seed}}/finalists/rank-{{rank}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/l2l/{{setting}}/seed-{{seed}}/finalists/rank-{{rank}}.jsonl"
    threads: 1
    resources:
        mem_mb=lambda wildcards: tuned(wildcards).memory_mb,
        time_limit_s=lambda wildcards: tuned(wildcards).time_limit_s,
        runtime=lambda wildcards: limited_runtime(
            wildcards, search(wildcards.setting).finalist_runs
        ),
    params:
        optimizee=lambda wildcards: tuned(wildcards).optimizee,
        settings=lambda wildcards: tuned(wildcards).settings,
        inputs=lambda wildcards: optimizee_inputs(tuned_name(wildcards)),
        task=lambda wildcards: search(wildcards.setting).task,
        n_runs=lambda wildcards: search(wildcards.setting).finalist_runs,
        root_seed=CONFIG.root_seed,
        code=code("gradfree.experiments.individual", "gradfree.experiments.finalists"),
        optimizee_code=lambda wildcards: optimizee_code(tuned_name(wildcards)),
    message:
        "Search {wildcards.setting}, seed {wildcards.seed}: finalist {wildcards.rank} with fresh noise"
    script:
        "../../scripts/run_finalist.py"


rule choose_found:
    input:
        populations=lambda wildcards: populations(wildcards.setting, wildcards.seed),
        cards=lambda wildcards: [
            f"{run}.json" for run in finalist_runs(wildcards.setting, wildcards.seed)
        ],
    output:
        f"{L2L_SEARCH}/found.json",
    log:
        f"{RESULTS}/logs/l2l/{{setting}}/seed-{{seed}}/found.log",
    resources:
        runtime=10,
    params:
        code=code("gradfree.experiments.finalists"),
    message:
        "Search {wildcards.setting}, seed {wildcards.seed}: what it found"
    script:
        "../../scripts/choose_found.py"


rule compare_found:
    input:
        found=f"{L2L_SEARCH}/found.json",
        files=needed_files,
    output:
        run=directory(f"{L2L_SEARCH}/found/{{task}}.zarr"),
        card=f"{L2L_SEARCH}/found/{{task}}.json",
    log:
        f"{RESULTS}/logs/l2l/{{setting}}/seed-{{seed}}/found/{{task}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/l2l/{{setting}}/seed-{{seed}}/found/{{task}}.jsonl"
    threads: 1
    resources:
        mem_mb=lambda wildcards: tuned(wildcards).memory_mb,
        runtime=lambda wildcards: limited_runtime(
            wildcards, tuned(wildcards).n_fresh_seeds
        ),
    params:
        name=tuned_name,
        optimizee=lambda wildcards: tuned(wildcards).optimizee,
        settings=lambda wildcards: tuned(wildcards).settings,
        inputs=lambda wildcards: optimizee_inputs(tuned_name(wildcards)),
        n_runs=lambda wildcards: tuned(wildcards).n_fresh_seeds,
        root_seed=CONFIG.root_seed,
        code=code("gradfree.experiments.individual"),
        optimizee_code=lambda wildcards: optimizee_code(tuned_name(wildcards)),
    message:
        "What search {wildcards.setting}, seed {wildcards.seed}, found: task {wildcards.task} with fresh seeds"
    script:
        "../../scripts/compare_genes.py"


use rule compare_found as compare_by_hand with:
    input:
        files=needed_files,
    output:
        run=directory(f"{RESULTS}/l2l/by-hand/{{optimizee}}/{{choice}}/{{task}}.zarr"),
        card=f"{RESULTS}/l2l/by-hand/{{optimizee}}/{{choice}}/{{task}}.json",
    log:
        f"{RESULTS}/logs/l2l/by-hand/{{optimizee}}/{{choice}}/{{task}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/l2l/by-hand/{{optimizee}}/{{choice}}/{{task}}.jsonl"
    params:
        by_hand=lambda wildcards: tuned(wildcards).by_hand()[wildcards.choice],
    message:
        "Genes chosen by hand, {wildcards.choice}, of {wildcards.optimizee}: task {wildcards.task} with fresh seeds"


rule summarize_l2l:
    input:
        populations=lambda wildcards: [
            file
            for seed in range(search(wildcards.setting).n_seeds)
            for file in populations(wildcards.setting, seed)
        ],
        chosen=lambda wildcards: [
            f"{RESULTS}/l2l/{wildcards.setting}/seed-{seed}/found.json"
            for seed in range(search(wildcards.setting).n_seeds)
        ],
        found=lambda wildcards: [
            file
            for seed in range(search(wildcards.setting).n_seeds)
            for run in found_runs(wildcards.setting, seed)
            for file in finished(run)
        ],
        by_hand=lambda wildcards: [
            file for run in by_hand_runs(wildcards.setting) for file in finished(run)
        ],
    output:
        summary=directory(f"{RESULTS}/l2l/summaries/{{setting}}.zarr"),
        card=f"{RESULTS}/l2l/summaries/{{setting}}.json",
    log:
        f"{RESULTS}/logs/l2l/summaries/{{setting}}.log",
    resources:
        mem_mb=2000,
        runtime=30,
    params:
        search=lambda wildcards: search(wildcards.setting).model_dump(),
        genes=lambda wildcards: gene_params(wildcards.setting),
        by_hand=lambda wildcards: tuned(wildcards).by_hand(),
        code=code("gradfree.analysis.searches"),
    message:
        "Search {wildcards.setting}: all generations and the comparison in one small dataset"
    script:
        "../../scripts/summarize_l2l.py"


rule l2l:
    input:
        drawn("l2l"),
