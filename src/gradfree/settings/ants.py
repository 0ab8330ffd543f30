"""Configuration of an ant colony: arena, senses, motors, pheromone, scoring, brain, trial; and of the rule-based one.

Defaults are the published values of the test condition (Jimenez-Romero et al., Swarm Intelligence 18, 2024, and the
NetLogo model published with it). Lengths are in patches, positions in patch coordinates: patch i covers
[i - 0.5, i + 0.5).
"""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import Field, model_validator

from gradfree.settings.base import Block, PositiveFloat, PositiveInt, Share

Point = tuple[int, int]
Count = Annotated[int, Field(ge=0)]
PROBE_PATCHES = 2  # how far ahead of an ant the direction sensors look: one patch to the probe point, one from there


def _require_inside(
    what: str, box: tuple[tuple[int, ...], ...], where: str, bounds: tuple[tuple[int, ...], ...], distance: float
) -> None:
    """Complain unless a box, given by two corners, is ordered and keeps its distance from all sides of the bounds."""
    (left, bottom), (right, top) = box
    (west, south), (east, north) = bounds
    nearest = min(left - west, bottom - south, east - right, north - top)
    if left > right or bottom > top or nearest < distance:
        raise ValueError(
            f"{what} spans x {left}..{right}, y {bottom}..{top}; expected an ordered span at least {distance:g} "
            f"patches inside {where}, x {west}..{east}, y {south}..{north}; move it or enlarge what encloses it"
        )


class Arena(Block):
    """The walled part of the world with its nest and its food."""

    world_width_patches: PositiveInt = 101
    """Patches from x = 0 on; pheromone spreads over all of them."""
    world_height_patches: PositiveInt = 61
    """Patches from y = 0 on."""
    lower_left_wall: Point = (60, 1)
    """Corner (x, y) of the wall that encloses the arena."""
    upper_right_wall: Point = (100, 60)
    """The opposite corner."""
    margin_patches: PositiveInt = 2
    """At the end of a tick no ant is nearer than this to the coordinates of the wall."""
    nest_x: Point = (72, 85)
    """Smallest and largest x of the nest's center, drawn per trial."""
    nest_y: Point = (18, 35)
    """Smallest and largest y of the nest's center."""
    nest_radius_patches: PositiveFloat = 3.0
    """Patches nearer than this to the center are the nest."""
    piles: tuple[Point, ...] = ((65, 53), (65, 6), (96, 30))
    """Centers of the food piles."""
    pile_radius_patches: PositiveFloat = 3.0
    """Patches nearer than this to the center are the pile."""
    stray_patches: Count = 2
    """Single patches with one unit of food, drawn per trial."""
    stray_center: Point = (82, 30)
    """Point whose distance from a stray patch is bounded."""
    stray_distance_patches: tuple[float, float] = (10.0, 18.0)
    """Both bounds, excluded."""

    @model_validator(mode="after")
    def _everything_lies_inside(self) -> Self:
        world = (0, 0), (self.world_width_patches - 1, self.world_height_patches - 1)
        wall = self.lower_left_wall, self.upper_right_wall
        _require_inside("the wall", wall, "the world", world, 0)
        (left, bottom), (right, top), margin = *wall, self.margin_patches
        ants = (left + margin, bottom + margin), (right - margin, top - margin)
        nest = (self.nest_x[0], self.nest_y[0]), (self.nest_x[1], self.nest_y[1])
        _require_inside("the nest's center", nest, "the ground ants walk on", ants, 0)
        _require_inside("what ants sense", ants, "the world", world, PROBE_PATCHES)
        for pile in self.piles:
            _require_inside(f"food pile {pile}", (pile, pile), "the arena's wall", wall, self.pile_radius_patches)
        return self


class Senses(Block):
    """The 11 binary sensors."""

    smell: bool = True
    """Whether ants sense pheromone; the published `impaired` model does not."""
    view_distance_patches: PositiveFloat = 5.0
    """The ray is sampled up to half a patch beyond."""
    view_spacing_patches: PositiveFloat = 0.5
    """Distance between samples of the ray."""


class Motors(Block):
    """What an output spike does."""

    turn_deg: Annotated[int, Field(gt=0, lt=360)] = 6
    """Rotation per tick."""
    step_patches: PositiveFloat = 1.0
    """Way per tick."""
    drop_units: Annotated[float, Field(ge=0)] = 60.0
    """Pheromone per drop; 0 removes deposition but not its cost."""


class Pheromone(Block):
    """How the field changes."""

    diffusion_share: Share = 0.2
    """Share of a patch that goes to its 8 neighbors, one eighth to each."""
    evaporation_share: Share = 0.01
    """Share that is then lost, inside the arena only."""
    every_ticks: PositiveInt = 7
    """Both happen in every tick that this number divides, the first one included."""


class Scoring(Block):
    """Terms of the fitness; costs are negative."""

    returned: float = 220.0
    """Per unit brought to the nest."""
    picked_up: float = 1.5
    """Per unit picked up."""
    wall_contact: float = -5.5
    """Per ant and tick on a wall."""
    turn: float = -0.02
    """Per ant and tick with a rotation."""
    move: float = -0.25
    """Per ant and tick with a step."""
    drop: float = -0.05
    """Per ant and tick with a pheromone drop."""
    tick: float = -0.5
    """Per tick, once for the colony."""
    early_tick: float = 30.0
    """Per tick left when all food is home."""


class Brain(Block):
    """The spiking network."""

    n_hidden: Annotated[int, Field(gt=0, le=60)] = 20
    """Hidden neurons: 20 in the full model, 10 in the impaired one."""
    n_dead_genes: Count = 20
    """Genes at the end of both vectors that nothing reads: 20 published for 20 hidden neurons, 0 for 10."""


class Trial(Block):
    """Length and food of one trial."""

    n_ants: PositiveInt = 15
    """Ants in a colony, all with the same brain."""
    ticks: PositiveInt = 2000
    """Ticks of 20 ms."""
    units_per_pile_patch: PositiveInt = 2
    """Food; 2 in the test condition, the training condition is unknown."""


class Colony(Block):
    """Everything a trial of evolved ants needs besides genome and random numbers."""

    arena: Arena = Arena()
    """The world."""
    senses: Senses = Senses()
    """The sensors."""
    motors: Motors = Motors()
    """The motors."""
    pheromone: Pheromone = Pheromone()
    """The pheromone field."""
    scoring: Scoring = Scoring()
    """The fitness."""
    brain: Brain = Brain()
    """The network."""
    trial: Trial = Trial()
    """The trial."""

    @model_validator(mode="after")
    def _steps_stay_inside_the_wall(self) -> Self:
        if self.motors.step_patches > self.arena.margin_patches:
            raise ValueError(
                f"step_patches {self.motors.step_patches} exceeds margin_patches {self.arena.margin_patches}: an ant "
                "could pass the wall within one tick; shorten the step or widen the margin"
            )
        return self


class RuleBased(Block):
    """The rule-based colony: NetLogo model Ants (Wilensky 1997) in the size of the arena.

    Its parameters are not published; these are one of three settings found to match the published food returned.
    """

    n_ants: PositiveInt = 15
    """Ants; number k leaves the nest in tick k."""
    ticks: PositiveInt = 2000
    """Length of a trial."""
    half_width_patches: PositiveInt = 20
    """The world spans -20..20 in x, the nest is at 0."""
    half_height_patches: PositiveInt = 30
    """The world spans -30..30 in y."""
    nest_radius_patches: PositiveFloat = 3.0
    """Patches nearer than this to (0, 0) are the nest."""
    piles: tuple[Point, ...] = ((-15, 22), (-15, -24), (16, 0))
    """Centers of the food piles."""
    pile_radius_patches: PositiveFloat = 3.0
    """Patches nearer than this to the center are the pile."""
    units_per_pile_patch: PositiveInt = 2
    """Food."""
    drop_units: PositiveFloat = 60.0
    """Pheromone that a carrying ant drops per tick."""
    sniff_range_units: tuple[float, float] = (0.05, 2.0)
    """Searching ants follow pheromone of at least the first and less than the second amount."""
    wiggle_deg: PositiveInt = 40
    """Ants turn right and left by random whole angles below this."""
    diffusion_share: Share = 0.2
    """Share of a patch that goes to its 8 neighbors per tick."""
    evaporation_share: Share = 0.01
    """Share lost per tick."""

    @model_validator(mode="after")
    def _piles_lie_inside(self) -> Self:
        far = self.half_width_patches, self.half_height_patches
        for pile in self.piles:
            reach = max(0.0, self.pile_radius_patches - 1)
            _require_inside(f"food pile {pile}", (pile, pile), "the world", ((-far[0], -far[1]), far), reach)
        return self
