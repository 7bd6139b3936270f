"""What came of a tuning: the smallest tree that is close enough, and the trees that are closer than
all smaller ones."""

from __future__ import annotations

import dataclasses
import math
import os
import pathlib

from .._display.blocks import Block, Displayed, Table
from .._display.text import faster, number
from ..comparison import SILENCE
from ..errors import ArgumentError
from . import _plots
from ._candidates import Candidate


@dataclasses.dataclass(frozen=True)
class Tuning(Displayed):
    """What was tried, and what came of it. Can be pickled.

    :ivar candidates: all that was tried, in the order of the arguments.
    :ivar max_error: up to which error a candidate will do.
    :ivar measure: name of the measure of error.
    """

    candidates: list[Candidate]
    max_error: float
    measure: str

    @property
    def best(self) -> Candidate | None:
        """Of those whose error is within the tolerance the smallest tree, of equally large ones the
        closest; None where there is none: see ``nearest``."""
        return next((each for each in self.front if each.error <= self.max_error), None)

    @property
    def nearest(self) -> Candidate | None:
        """The one with the smallest error; None where no error is known."""
        known = [each for each in self.candidates if not math.isnan(each.error)]
        return min(known, key=lambda each: (each.error, each.seconds), default=None)

    @property
    def front(self) -> list[Candidate]:
        """The trees that come closer than all that are smaller or as large, the smallest first: a
        larger one in it is never worse. What spikes come of is noisy, and a larger tree that was
        measured worse than a smaller one is none to use."""
        front: list[Candidate] = []
        known = [each for each in self.candidates if not math.isnan(each.error)]
        # Sizes are exact, the times of runs are not.
        for each in sorted(known, key=lambda each: (each.segments_reduced, each.error)):
            if not front or each.error < front[-1].error:
                front.append(each)
        return front

    def plot(self, path: str | os.PathLike[str]) -> None:
        """Draws the candidates' size against their error, and the front: see ``front``.

        :param path: of the file to write: ``.html`` by Plotly, anything else by matplotlib.
        :raises ImportError: what draws it is not installed.
        :raises ArgumentError: no candidate's error is known.
        """
        if not self.front:
            raise ArgumentError("no candidate's error is known; expected at least one to draw")
        if pathlib.Path(path).suffix.lower() == ".html":
            _plots.plotly(self, path)
        else:
            _plots.matplotlib(self, path)

    def _blocks(self) -> list[Block]:
        """What to use, and a table of all candidates, the smallest first."""
        rows = [
            [
                *("", "method", "frequency (Hz)", "segments", "nseg", "times faster", "error"),
                *("rate error", "Γ", "of ceiling", "RMSD (mV)", ""),
            ]
        ]
        best, front = self.best, set(map(id, self.front))

        def order(each: Candidate) -> tuple[bool, int, float]:
            return math.isnan(each.error), each.segments_reduced, each.error

        for each in sorted(self.candidates, key=order):
            mark = "*" if each is best else "+" if each.error <= self.max_error else ""
            mark += "|" if id(each) in front else ""
            rows.append(
                [
                    *(mark, each.method, f"{each.frequency:g}", f"{each.segments:g}"),
                    *(str(each.segments_reduced or "-"), number(each.speed_up, 1)),
                    *(number(each.error), number(each.rate_error), number(each.gamma)),
                    *(number(each.gamma_share), number(each.rmsd), each.problem or ""),
                ]
            )
        lines = [f"{self._claim()} ({self.measure}, at most {self.max_error:g})"]
        ran = [each for each in self.candidates if each.problem is None]
        if ran and all(math.isnan(each.rate_error) for each in ran):
            lines.append(f"{SILENCE}; error='voltage' compares potentials")
        evaluations = [each.evaluation for each in ran if each.evaluation is not None]
        lines += evaluations[0].notes if evaluations else []
        return [lines, [Table(rows, left=(0, 1, 11)), _MARKS]]

    def __repr__(self) -> str:
        return f"<Tuning of {len(self.candidates)} candidates; {self._claim()}>"

    def _claim(self) -> str:
        if self.best is not None:
            return f"best: {_claim(self.best)}"
        if self.nearest is not None:
            return f"none is within the tolerance; nearest: {_claim(self.nearest)}"
        return "no candidate's error is known"


_MARKS = "* best, + within the tolerance, | closer than all that are smaller"


def _claim(candidate: Candidate) -> str:
    return f"{candidate.label}, {faster(candidate.speed_up)}, error {candidate.error:.3f}"
