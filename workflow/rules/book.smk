# The book: figures, claims ledger, gallery and timing table, from summaries alone.


rule draw_figure:
    input:
        lambda wildcards: summaries(wildcards.chapter),
    output:
        pdf=f"{RESULTS}/figures/{{chapter}}/{{figure}}.pdf",
        png=report(
            f"{RESULTS}/figures/{{chapter}}/{{figure}}.png",
            caption="../report/{chapter}_{figure}.rst",
            category="{chapter}",
            labels={"figure": "{figure}"},
        ),
    log:
        f"{RESULTS}/logs/{{chapter}}/figures/{{figure}}.log",
    resources:
        runtime=10,
    params:
        settings=lambda wildcards: getattr(
            CONFIG.chapters()[wildcards.chapter].figures, wildcards.figure
        ),
        code=lambda wildcards: code(
            f"gradfree.figures.{wildcards.chapter}_{wildcards.figure}"
        ),
    message:
        "Figure {wildcards.figure} of chapter {wildcards.chapter}"
    script:
        "../../scripts/draw_figure.py"


rule judge_claims:
    input:
        lambda wildcards: summaries(wildcards.chapter),
    output:
        f"{RESULTS}/{{chapter}}/claims.json",
    log:
        f"{RESULTS}/logs/{{chapter}}/claims.log",
    resources:
        runtime=10,
    params:
        testable=CONFIG.claims_are_testable,
        code=lambda wildcards: code(f"gradfree.claims.{wildcards.chapter}"),
    message:
        "The claims of chapter {wildcards.chapter}"
    script:
        "../../scripts/judge_claims.py"


rule write_book:
    input:
        claims=expand(rules.judge_claims.output, chapter=FIGURES),
        figures=[file for chapter in FIGURES for file in drawn(chapter)],
        times=[f"{RESULTS}/benchmarks/{run}.jsonl" for run in TIMED],
        runs=[f"{RESULTS}/{run}.json" for run in TIMED],
        captions=[
            f"{workflow.basedir}/workflow/report/{chapter}_{figure}.rst"
            for chapter, figures in FIGURES.items()
            for figure in figures
        ],
    output:
        json=f"{RESULTS}/book/claims.json",
        markdown=f"{RESULTS}/book/claims.md",
        html=f"{RESULTS}/book/index.html",
        times=f"{RESULTS}/book/times.md",
    log:
        f"{RESULTS}/logs/book/book.log",
    resources:
        runtime=10,
    params:
        scale=CONFIG.scale,
        figures=f"{RESULTS}/figures",
        benchmarks=f"{RESULTS}/benchmarks",
        code=code("gradfree.claims.book", "gradfree.claims.ledger"),
    message:
        "The book: ledger, gallery and times on one page"
    script:
        "../../scripts/write_book.py"


rule book:
    input:
        rules.write_book.output,
