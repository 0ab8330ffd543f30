"""Runs that die: checkpoints after every step, and an end after a number of them."""

from gradfree.experiments.checkpoints import Checkpoints


class Killed(RuntimeError):
    """The run ends here."""


class Mortal(Checkpoints):
    """Checkpoints after every step; the run is killed after `lives` of them."""

    def __init__(self, folder, lives: int) -> None:
        super().__init__(folder, "key", every_s=0)
        self.lives = lives

    def write(self, step, state) -> None:
        super().write(step, state)
        self.lives -= 1
        if not self.lives:
            raise Killed
