"""What settings and layers are called in figures, and their colors."""

from __future__ import annotations

from gradfree.figures import style

LABELS = {
    "corrected": "EnKF",
    "published": "EnKF, publ. schedule",
    "joint": "EnKF, joint update",
    "plain": "published update",
    "redraw-half-steps": "redraw, joint update, half steps",
    "redraw-joint": "redraw, joint update, adaptive noise",
    "redraw-momentum": "… and momentum",
    "redraw-averaging": "… and averaging",
    "redraw-layers": "… and layer by layer",
    "adaptive": "EnKF, adaptive",
    "block-filter": "block filter",
    "sigma-1": "EnKF, σ = 1",
    "sgd-sigma-1": "SGD, σ = 1",
    "sgd-sigma-3": "SGD, σ = 3",
    "adam-sigma-1": "Adam, σ = 1",
    "adam-sigma-3": "Adam, σ = 3",
    "hard-shrink": "hard shrink (jumps)",
    "step": "step (jumps)",
    "relu": "ReLU",
    "sigmoid": "logistic",
    "enkf": "EnKF",
    "es": "ES",
    "es-published": "ES, published",
    "es-published-recurrent": "… and recurrent weights",
    "es-baseline": "ES, baseline only",
    "es-low-rank": "ES, rank 1",
    "es-reservoir": "ES, fixed reservoir",
    "es-joint": "ES, no gradient at all",
    "bp": "BP, tuned",
    "bp-published": "BP, published",
    "bp-reservoir": "BP, fixed reservoir",
    "es-spikes": "ES on spike counts",
    "bp-spikes": "BP on spike counts",
    "es-spiral": "ES",
    "bp-spiral": "BP, tuned",
    "es-spiral-published": "ES, published",
    "bp-spiral-published": "BP, published",
    "es-robertson": "ES",
    "bp-robertson": "BP",
    "es-pollu": "ES",
    "bp-pollu": "BP",
    "turnoff": "as published, C = 1",
    "turnoff-textbook": "textbook, C = 20",
}
LAYERS = {"conv1": "layer 1", "conv2": "layer 2", "output": "layer 3"}
COLORS = {
    "corrected": style.BLUE,
    "published": style.SKY,
    "joint": style.PINK,
    "sigma-1": style.BLACK,
    "sgd-sigma-1": style.RED,
    "sgd-sigma-3": style.ORANGE,
    "adam-sigma-1": style.GREEN,
    "adam-sigma-3": style.PINK,
    "plain": style.BLUE,
    "joint-update": style.RED,
    "inflation": style.GREEN,
    "adaptive-noise": style.ORANGE,
    "redraw": style.PINK,
    "redraw-half-steps": "#8C564B",
    "redraw-joint": style.SKY,
    "redraw-momentum": "#7F7F7F",
    "redraw-averaging": "#B8A900",
    "redraw-layers": "#6A3D9A",
    "block-filter": style.BLACK,
    **dict.fromkeys(("es", "es-spikes", "es-spiral", "es-robertson", "es-pollu"), style.BLUE),
    **dict.fromkeys(("bp", "bp-spikes", "bp-spiral", "bp-robertson", "bp-pollu"), style.RED),
    **dict.fromkeys(("es-published", "es-spiral-published"), style.SKY),
    **dict.fromkeys(("bp-published", "bp-spiral-published"), style.ORANGE),
    "es-joint": style.GREEN,
    "readout-only": "#7F7F7F",
}


def label(setting: str) -> str:
    """The name of a setting in a legend."""
    return LABELS.get(setting, setting.replace("-", " "))


def color(setting: str, place: int) -> str:
    """The color of a setting; settings without their own take the cycle's color of their place."""
    return COLORS.get(setting, style.CYCLE[place % len(style.CYCLE)])
