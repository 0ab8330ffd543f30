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
        "files": needed_files(wildcards),
    }
    if search(setting).carry_over and generation > 0:
        needed["start"] = finished(
            individual_runs(setting, seed, generation - 1)[int(wildcards.individual)]
        )
    return needed


def tuned_name(wildcards):
    """The optimizee that a job runs: the one it names, or the one that its search tunes."""
    return wildcards.get("optimizee") or search(wildcards.setting).optimizee


def tuned(wildcards):
    """Its block of the configuration."""
    return L2L.optimizees[tuned_name(wildcards)]


def needed_files(wildcards):
    """The files it reads."""
    return list(optimizee_inputs(tuned_name(wildcards)).values())


def limited_runtime(wildcards, n_runs=1):
    """Minutes a cluster may give it: a time limit and a start for each run."""
    return (tuned(wildcards).time_limit_s // 60 + 5) * n_runs


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
        mem_mb=lambda wildcards: tuned(wildcards).memory_mb,
        time_limit_s=lambda wildcards: tuned(wildcards).time_limit_s,
        runtime=limited_runtime,
    params:
        optimizee=lambda wildcards: tuned(wildcards).optimizee,
        settings=lambda wildcards: tuned(wildcards).settings,
        inputs=lambda wildcards: optimizee_inputs(tuned_name(wildcards)),
        task=lambda wildcards: search(wildcards.setting).task,
        root_seed=CONFIG.root_seed,
        code=code("gradfree.experiments.individual"),
        optimizee_code=lambda wildcards: optimizee_code(tuned_name(wildcards)),
    message:
        "Search {wildcards.setting}, seed {wildcards.seed}: generation {wildcards.generation}, individual {wildcards.individual}"
    script:
        "../../scripts/run_individual.py"
