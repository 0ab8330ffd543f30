# Chapter l2l: learning to learn, an outer optimizer tunes an inner training (thesis part 3).
# Each individual is a node; between generations stands one small file, so the graph is static and grows linearly.
from functools import cache

from gradfree.settings.optimizee import code_of

L2L = CONFIG.l2l
L2L_SEARCHES = L2L.shown()
L2L_SEARCH = f"{RESULTS}/l2l/{{setting}}/seed-{{seed}}"
SUMMARIES["l2l"] = [f"{RESULTS}/l2l/summaries/{setting}" for setting in L2L_SEARCHES]


@cache
def search(setting):
    """The complete block of a search."""
    return L2L.search(setting)


@cache
def search_params(setting):
    """What breeding reads; how many seeds, generations and finalists there are changes none of it."""
    unread = ("n_seeds", "generations", "n_finalists", "finalist_runs")
    return search(setting).model_dump() | dict.fromkeys(unread, 1)


@cache
def gene_params(setting):
    """The search space."""
    return {name: gene.model_dump() for name, gene in L2L.tuned(setting).genes.items()}


@cache
def optimizee_code(name):
    """Hash of what an optimizee computes; of one outside the package, of its own file."""
    return code_of(L2L.optimizees[name].optimizee)


@cache
def optimizee_inputs(name):
    """Files of an optimizee by name."""
    return {
        key: file.format(scale=CONFIG.scale)
        for key, file in L2L.optimizees[name].inputs.items()
    }


def population(setting, seed, generation):
    """The file of a generation; the one after the last, which is not run, holds all fitness."""
    return f"{RESULTS}/l2l/{setting}/seed-{seed}/population-{generation:03d}.json"


def individual_runs(setting, seed, generation):
    """The individuals of a generation, without endings."""
    return [
        f"{RESULTS}/l2l/{setting}/seed-{seed}/generation-{generation:03d}/individual-{individual:02d}"
        for individual in range(search(setting).population_size)
    ]


def populations(setting, seed):
    """All files of a search."""
    return [
        population(setting, seed, generation)
        for generation in range(search(setting).generations + 1)
    ]


def finalist_runs(setting, seed):
    """The best of a search, run again, without endings; none where the best counts as it is."""
    ranks = search(setting).n_finalists
    return [
        f"{RESULTS}/l2l/{setting}/seed-{seed}/finalists/rank-{rank:02d}"
        for rank in (range(ranks) if ranks > 1 else ())
    ]


def found_runs(setting, seed):
    """The comparisons of what a search found, without endings."""
    return [
        f"{RESULTS}/l2l/{setting}/seed-{seed}/found/{task}"
        for task in L2L.compared(setting)
    ]


def by_hand_runs(setting):
    """The runs of genes chosen by hand that a search is compared with, without endings."""
    name = search(setting).optimizee
    return [
        f"{RESULTS}/l2l/by-hand/{name}/{choice}/{task}"
        for choice in L2L.optimizees[name].by_hand()
        for task in L2L.compared(setting)
    ]


TIMED += [
    run.removeprefix(f"{RESULTS}/")
    for setting in L2L_SEARCHES
    for seed in range(search(setting).n_seeds)
    for runs in (
        *(
            individual_runs(setting, seed, generation)
            for generation in range(search(setting).generations)
        ),
        finalist_runs(setting, seed),
        found_runs(setting, seed),
    )
    for run in runs
]
TIMED += sorted(
    {
        run.removeprefix(f"{RESULTS}/")
        for setting in L2L_SEARCHES
        for run in by_hand_runs(setting)
    }
)


def before(wildcards):
    """The population before, and the cards of its individuals."""
    place = wildcards.setting, wildcards.seed, int(wildcards.generation) - 1
    return {
        "population": population(*place),
        "cards": [f"{run}.json" for run in individual_runs(*place)],
    }


def needed_by_individual(wildcards):
    """Its population, the optimizee's files, and the run that it continues if results are carried over."""
    setting, seed, generation = (
        wildcards.setting,
        wildcards.seed,
        int(wildcards.generation),
    )
    needed = {
        "population": population(setting, seed, generation),
        "files": list(optimizee_inputs(search(setting).optimizee).values()),
    }
    if search(setting).carry_over and generation > 0:
        needed["start"] = finished(
            individual_runs(setting, seed, generation - 1)[int(wildcards.individual)]
        )
    return needed


def limited_runtime(name):
    """Minutes a cluster may give one run: its time limit and a start."""
    return L2L.optimizees[name].time_limit_s // 60 + 5


wildcard_constraints:
    generation=r"\d\d\d+",
    individual=r"\d\d+",
    rank=r"\d\d+",
    optimizee=r"[a-z0-9][a-z0-9-]*",
    choice=r"[a-z0-9][a-z0-9-]*",
    task=r"\w+",


rule start_search:
    output:
        f"{L2L_SEARCH}/population-{{generation}}.json",
    log:
        f"{RESULTS}/logs/l2l/{{setting}}/seed-{{seed}}/population-{{generation}}.log",
    wildcard_constraints:
        generation="000",
    resources:
        runtime=10,
    params:
        search=lambda wildcards: search_params(wildcards.setting),
        genes=lambda wildcards: gene_params(wildcards.setting),
        root_seed=CONFIG.root_seed,
        code=code("gradfree.experiments.individual"),
    message:
        "Search {wildcards.setting}, seed {wildcards.seed}: first generation"
    script:
        "../../scripts/breed_population.py"


rule breed:
    input:
        unpack(before),
    output:
        f"{L2L_SEARCH}/population-{{generation}}.json",
    log:
        f"{RESULTS}/logs/l2l/{{setting}}/seed-{{seed}}/population-{{generation}}.log",
    wildcard_constraints:
        generation=r"0*[1-9]\d*",
    resources:
        runtime=10,
    params:
        search=lambda wildcards: search_params(wildcards.setting),
        genes=lambda wildcards: gene_params(wildcards.setting),
        root_seed=CONFIG.root_seed,
        code=code("gradfree.experiments.individual"),
    message:
        "Search {wildcards.setting}, seed {wildcards.seed}: generation {wildcards.generation}"
    script:
        "../../scripts/breed_population.py"


rule run_individual:
    input:
        unpack(needed_by_individual),
    output:
        run=directory(
            f"{L2L_SEARCH}/generation-{{generation}}/individual-{{individual}}.zarr"
        ),
        card=f"{L2L_SEARCH}/generation-{{generation}}/individual-{{individual}}.json",
    log:
        f"{RESULTS}/logs/l2l/{{setting}}/seed-{{seed}}/generation-{{generation}}/individual-{{individual}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/l2l/{{setting}}/seed-{{seed}}/generation-{{generation}}/individual-{{individual}}.jsonl"
    threads: 1
    resources:
        mem_mb=lambda wildcards: L2L.tuned(wildcards.setting).memory_mb,
        time_limit_s=lambda wildcards: L2L.tuned(wildcards.setting).time_limit_s,
        runtime=lambda wildcards: limited_runtime(search(wildcards.setting).optimizee),
    params:
        optimizee=lambda wildcards: L2L.tuned(wildcards.setting).optimizee,
        settings=lambda wildcards: L2L.tuned(wildcards.setting).settings,
        inputs=lambda wildcards: optimizee_inputs(search(wildcards.setting).optimizee),
        task=lambda wildcards: search(wildcards.setting).task,
        root_seed=CONFIG.root_seed,
        code=code("gradfree.experiments.individual"),
        optimizee_code=lambda wildcards: optimizee_code(
            search(wildcards.setting).optimizee
        ),
    message:
        "Search {wildcards.setting}, seed {wildcards.seed}: generation {wildcards.generation}, individual {wildcards.individual}"
    script:
        "../../scripts/run_individual.py"


rule run_finalist:
    input:
        populations=lambda wildcards: populations(wildcards.setting, wildcards.seed),
        files=lambda wildcards: list(
            optimizee_inputs(search(wildcards.setting).optimizee).values()
        ),
    output:
        run=directory(f"{L2L_SEARCH}/finalists/rank-{{rank}}.zarr"),
        card=f"{L2L_SEARCH}/finalists/rank-{{rank}}.json",
    log:
        f"{RESULTS}/logs/l2l/{{setting}}/seed-{{seed}}/finalists/rank-{{rank}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/l2l/{{setting}}/seed-{{seed}}/finalists/rank-{{rank}}.jsonl"
    threads: 1
    resources:
        mem_mb=lambda wildcards: L2L.tuned(wildcards.setting).memory_mb,
        time_limit_s=lambda wildcards: L2L.tuned(wildcards.setting).time_limit_s,
        runtime=lambda wildcards: limited_runtime(search(wildcards.setting).optimizee)
        * search(wildcards.setting).finalist_runs,
    params:
        optimizee=lambda wildcards: L2L.tuned(wildcards.setting).optimizee,
        settings=lambda wildcards: L2L.tuned(wildcards.setting).settings,
        inputs=lambda wildcards: optimizee_inputs(search(wildcards.setting).optimizee),
        task=lambda wildcards: search(wildcards.setting).task,
        n_runs=lambda wildcards: search(wildcards.setting).finalist_runs,
        root_seed=CONFIG.root_seed,
        code=code("gradfree.experiments.individual", "gradfree.experiments.finalists"),
        optimizee_code=lambda wildcards: optimizee_code(
            search(wildcards.setting).optimizee
        ),
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
        files=lambda wildcards: list(
            optimizee_inputs(search(wildcards.setting).optimizee).values()
        ),
    output:
        run=directory(f"{L2L_SEARCH}/found/{{task}}.zarr"),
        card=f"{L2L_SEARCH}/found/{{task}}.json",
    log:
        f"{RESULTS}/logs/l2l/{{setting}}/seed-{{seed}}/found/{{task}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/l2l/{{setting}}/seed-{{seed}}/found/{{task}}.jsonl"
    threads: 1
    resources:
        mem_mb=lambda wildcards: L2L.tuned(wildcards.setting).memory_mb,
        runtime=lambda wildcards: limited_runtime(search(wildcards.setting).optimizee)
        * L2L.tuned(wildcards.setting).n_fresh_seeds,
    params:
        name=lambda wildcards: search(wildcards.setting).optimizee,
        optimizee=lambda wildcards: L2L.tuned(wildcards.setting).optimizee,
        settings=lambda wildcards: L2L.tuned(wildcards.setting).settings,
        inputs=lambda wildcards: optimizee_inputs(search(wildcards.setting).optimizee),
        n_runs=lambda wildcards: L2L.tuned(wildcards.setting).n_fresh_seeds,
        root_seed=CONFIG.root_seed,
        code=code("gradfree.experiments.individual"),
        optimizee_code=lambda wildcards: optimizee_code(
            search(wildcards.setting).optimizee
        ),
    message:
        "What search {wildcards.setting}, seed {wildcards.seed}, found: task {wildcards.task} with fresh seeds"
    script:
        "../../scripts/compare_genes.py"


rule compare_by_hand:
    input:
        files=lambda wildcards: list(optimizee_inputs(wildcards.optimizee).values()),
    output:
        run=directory(f"{RESULTS}/l2l/by-hand/{{optimizee}}/{{choice}}/{{task}}.zarr"),
        card=f"{RESULTS}/l2l/by-hand/{{optimizee}}/{{choice}}/{{task}}.json",
    log:
        f"{RESULTS}/logs/l2l/by-hand/{{optimizee}}/{{choice}}/{{task}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/l2l/by-hand/{{optimizee}}/{{choice}}/{{task}}.jsonl"
    threads: 1
    resources:
        mem_mb=lambda wildcards: L2L.optimizees[wildcards.optimizee].memory_mb,
        runtime=lambda wildcards: limited_runtime(wildcards.optimizee)
        * L2L.optimizees[wildcards.optimizee].n_fresh_seeds,
    params:
        name=lambda wildcards: wildcards.optimizee,
        optimizee=lambda wildcards: L2L.optimizees[wildcards.optimizee].optimizee,
        settings=lambda wildcards: L2L.optimizees[wildcards.optimizee].settings,
        inputs=lambda wildcards: optimizee_inputs(wildcards.optimizee),
        n_runs=lambda wildcards: L2L.optimizees[wildcards.optimizee].n_fresh_seeds,
        by_hand=lambda wildcards: L2L.optimizees[wildcards.optimizee].by_hand()[
            wildcards.choice
        ],
        root_seed=CONFIG.root_seed,
        code=code("gradfree.experiments.individual"),
        optimizee_code=lambda wildcards: optimizee_code(wildcards.optimizee),
    message:
        "Genes chosen by hand, {wildcards.choice}, of {wildcards.optimizee}: task {wildcards.task} with fresh seeds"
    script:
        "../../scripts/compare_genes.py"


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
        by_hand=lambda wildcards: L2L.tuned(wildcards.setting).by_hand(),
        code=code("gradfree.analysis.searches"),
    message:
        "Search {wildcards.setting}: all generations and the comparison in one small dataset"
    script:
        "../../scripts/summarize_l2l.py"


rule l2l:
    input:
        drawn("l2l"),
