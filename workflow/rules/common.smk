# What every chapter uses: the checked configuration, narrow params, and hashes of the code that a rule runs.
import gradfree.config
import gradfree.provenance


def checked_configuration():
    """The configuration of this scale; a mistake ends the run before any job starts, with one message."""
    given = workflow.config_settings
    try:
        return gradfree.config.read(
            workflow.basedir, overrides=given.config, overlays=given.configfiles
        )
    except gradfree.config.ConfigError as error:
        raise WorkflowError(str(error)) from None


CONFIG = checked_configuration()
RESULTS = f"results/{CONFIG.scale}"
FIGURES = {
    name: list(chapter.figures.model_dump())
    for name, chapter in CONFIG.chapters().items()
}
SUMMARIES = {}  # of each chapter, its small datasets without their endings
TIMED = []  # runs whose benchmarks the timing table sums up


wildcard_constraints:
    setting=r"[a-z0-9][a-z0-9-]*",
    seed=r"\d+",
    chapter="|".join(FIGURES),
    figure=r"[a-z0-9_]+",


def code(*modules):
    """Hash of what `modules` import, so that an edit of the package reruns just the rules that use it."""
    return gradfree.provenance.code_hash(*modules)


def finished(run):
    """The store of a run and its card; whoever reads a run needs both."""
    return [f"{run}.zarr", f"{run}.json"]


def summaries(chapter):
    """The stores and cards of all summaries of a chapter: what its figures and claims are made from."""
    return [file for summary in SUMMARIES[chapter] for file in finished(summary)]


def drawn(chapter):
    """The files of all figures of a chapter."""
    return expand(
        f"{RESULTS}/figures/{chapter}/{{figure}}.{{kind}}",
        figure=FIGURES[chapter],
        kind=["pdf", "png"],
    )
