"""Makes the letters: the user's notMNIST, or a set drawn from open fonts."""

from pathlib import Path
from typing import TYPE_CHECKING

from gradfree.randomness import Stream
from gradfree.settings.data import Letters
from gradfree.tasks import letters

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

sizes = Letters(**snakemake.params.sizes)
seed = Stream(snakemake.params.root_seed).integer("letters")
notmnist = snakemake.params.notmnist_folder
read, folder = (letters.read_notmnist, notmnist) if notmnist else (letters.render, snakemake.params.fonts)
letters.write(read(Path(folder), seed, sizes.n_train, sizes.n_test), Path(snakemake.output.record).parent)
