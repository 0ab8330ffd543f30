"""Draws the film of a colony as animation and as a page that plays it."""

from typing import TYPE_CHECKING

from gradfree import store
from gradfree.figures import ant_animation, ant_player

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

film = store.load(snakemake.input[0]).load()
pictures = ant_animation.frames(film)
ant_animation.save_gif(pictures, snakemake.output.gif)
ant_animation.save_mp4(pictures, snakemake.params.mp4)
generation = int(film["generation"][-1])
store.write_whole(snakemake.output.page, ant_player.page(film, f"An evolved ant colony, generation {generation}"))
