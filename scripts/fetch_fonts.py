"""Downloads the pinned, openly licensed fonts that letters are drawn with, and lists them."""

from pathlib import Path
from typing import TYPE_CHECKING

from gradfree.store import write_whole
from gradfree.tasks import downloads

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

wheels = downloads.fetch_fonts(Path(snakemake.params.folder))
write_whole(snakemake.output[0], "".join(f"{wheel.name}\n" for wheel in wheels))
