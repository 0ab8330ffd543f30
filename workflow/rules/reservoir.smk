# Chapter reservoir: the EnKF trains the readout of a spiking reservoir (thesis part 2; Frontiers 2022).
RESERVOIR = CONFIG.reservoir
RESERVOIR_CHUNKS = {
    (wiring, part): [
        f"{RESULTS}/reservoir/spikes/{wiring}/{part}/chunk-{number}"
        for number, _ in enumerate(RESERVOIR.spikes.chunks(part))
    ]
    for wiring in RESERVOIR.spikes.wirings
    for part in ("train", "validation", "test")
}
SUMMARIES["reservoir"] = [f"{RESULTS}/reservoir/summaries/activity"]
TIMED += [
    chunk.removeprefix(f"{RESULTS}/")
    for chunks in RESERVOIR_CHUNKS.values()
    for chunk in chunks
]


wildcard_constraints:
    wiring="[a-z_]+",
    part="train|validation|test",
    chunk=r"\d+",


def spikes(wiring, part):
    """The stores and cards of the spikes of one part of the images."""
    return [
        file for chunk in RESERVOIR_CHUNKS[wiring, part] for file in finished(chunk)
    ]


rule simulate_reservoir:
    input:
        images("digits"),
    output:
        run=directory(
            f"{RESULTS}/reservoir/spikes/{{wiring}}/{{part}}/chunk-{{chunk}}.zarr"
        ),
        card=f"{RESULTS}/reservoir/spikes/{{wiring}}/{{part}}/chunk-{{chunk}}.json",
    log:
        f"{RESULTS}/logs/reservoir/spikes/{{wiring}}/{{part}}/chunk-{{chunk}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/reservoir/spikes/{{wiring}}/{{part}}/chunk-{{chunk}}.jsonl"
    threads: 1
    resources:
        mem_mb=3000,
        runtime="1h",
    params:
        model=RESERVOIR.model.model_dump(mode="json"),
        digits=RESERVOIR.spikes.digits,
        images=lambda wildcards: RESERVOIR.spikes.chunks(wildcards.part)[
            int(wildcards.chunk)
        ],
        root_seed=CONFIG.root_seed,
        code=code("gradfree.experiments.reservoir_spikes", "gradfree.tasks.library"),
    message:
        "The reservoir sees chunk {wildcards.chunk} of part {wildcards.part}, wiring {wildcards.wiring}"
    script:
        "../../scripts/simulate_reservoir.py"


rule summarize_reservoir_activity:
    input:
        [file for wiring in RESERVOIR.spikes.wirings for file in spikes(wiring, "test")],
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


rule reservoir:
    input:
        drawn("reservoir"),
