# The table of contents: what is regenerated, and from which rules. See README.md.
import sys

from snakemake.utils import min_version

min_version("9.20")
sys.setrecursionlimit(
    100_000
)  # chains of generations are deeper than Python's default allows


include: "workflow/rules/common.smk"
include: "workflow/rules/data.smk"
include: "workflow/rules/cnn.smk"
include: "workflow/rules/reservoir.smk"
include: "workflow/rules/l2l.smk"
include: "workflow/rules/l2l_found.smk"
include: "workflow/rules/ants.smk"
include: "workflow/rules/biophysical.smk"
include: "workflow/rules/book.smk"


rule all:
    default_target: True
    input:
        rules.cnn.input,
        rules.reservoir.input,
        rules.l2l.input,
        rules.ants.input,
        rules.biophysical.input,
        rules.book.input,
