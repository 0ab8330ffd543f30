# The book: claims ledger, gallery and timing table, from summaries and figures alone.
CHAPTER_FIGURES = {"cnn": list(CNN.figures.model_dump())}
SUMMARIES = [f"{RESULTS}/cnn/summaries/{method}" for method in CNN_METHODS]


rule judge_claims:
    input:
        [file for summary in SUMMARIES for file in finished(summary)],
    output:
        json=f"{RESULTS}/book/claims.json",
        markdown=f"{RESULTS}/book/claims.md",
    log:
        f"{RESULTS}/logs/book/claims.log",
    resources:
        runtime=10,
    params:
        scale=CONFIG.scale,
        testable=CONFIG.claims_are_testable,
        code=code("gradfree.claims.cnn", "gradfree.claims.ledger"),
    message:
        "The claims ledger"
    script:
        "../../scripts/judge_claims.py"


rule write_book:
    input:
        claims=rules.judge_claims.output.json,
        figures=[
            f"{RESULTS}/figures/{c}/{f}.png"
            for c, figures in CHAPTER_FIGURES.items()
            for f in figures
        ],
        times=[f"{RESULTS}/benchmarks/{run}.jsonl" for run in CNN_RUNS],
        captions=[
            f"{workflow.basedir}/workflow/report/{c}_{f}.rst"
            for c, figures in CHAPTER_FIGURES.items()
            for f in figures
        ],
    output:
        html=f"{RESULTS}/book/index.html",
        times=f"{RESULTS}/book/times.md",
    log:
        f"{RESULTS}/logs/book/book.log",
    resources:
        runtime=10,
    params:
        figures=f"{RESULTS}/figures",
        benchmarks=f"{RESULTS}/benchmarks",
        code=code("gradfree.claims.book"),
    message:
        "The book: ledger, gallery and times on one page"
    script:
        "../../scripts/write_book.py"


rule book:
    input:
        rules.judge_claims.output,
        rules.write_book.output,
