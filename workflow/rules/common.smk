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


wildcard_constraints:
    setting=r"[a-z0-9][a-z0-9-]*",
    seed=r"\d+",


def code(*modules):
    """Hash of what `modules` import, so that an edit of the package reruns just the rules that use it."""
    return gradfree.provenance.code_hash(*modules)


def finished(run):
    """The store of a run and its card; whoever reads a run needs both."""
    return [f"{run}.zarr", f"{run}.json"]


def drawn(chapter, figure):
    """The files of a figure."""
    return expand(f"{RESULTS}/figures/{chapter}/{figure}.{{kind}}", kind=["pdf", "png"])
