"""What came of a tuning: the best candidate, and those that no other beats."""

from __future__ import annotations

import dataclasses
import math
import os
import pathlib

from .._display.blocks import Block, Displayed, Table
from .._display.text import number
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
        """Of those whose error is within the tolerance the one that runs fastest; None where there
        is none: see ``nearest``."""
        within = [each for each in self.candidates if each.error <= self.max_error]
        return min(within, key=lambda each: each.seconds, default=None)

    @property
    def nearest(self) -> Candidate | None:
        """The one with the smallest error; None where no error is known."""
        known = [each for each in self.candidates if not math.isnan(each.error)]
        return min(known, key=lambda each: (each.error, each.seconds), default=None)

    @property
    def front(self) -> list[Candidate]:
        """Those that no other beats in both speed and error, the fastest first."""
        front = []
        known = [each for each in self.candidates if not math.isnan(each.error)]
        for each in sorted(known, key=lambda each: (-each.speed_up, each.error)):
            if not front or each.error < front[-1].error:
                front.append(each)
        return front

    def plot(self, path: str | os.PathLike[str]) -> None:
        """Draws the candidates' speed-up against their error, and the front of those that no other
        beats.

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
        """What to use, and a table of all candidates, the fastest first."""
        rows = [
            [
                *("", "method", "frequency (Hz)", "segments", "nseg", "times faster", "error"),
                *("rate error", "Γ", "of ceiling", "RMSD (mV)", ""),
            ]
        ]
        for each in sorted(self.candidates, key=lambda one: (math.isnan(one.error), one.seconds)):
            mark = "*" if each is self.best else "+" if each.error <= self.max_error else ""
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
        return [lines, [Table(rows, left=(0, 1, 11))]]

    def __repr__(self) -> str:
        return f"<Tuning of {len(self.candidates)} candidates; {self._claim()}>"

    def _claim(self) -> str:
        if self.best is not None:
            return f"best: {_claim(self.best)}"
        if self.nearest is not None:
            return f"none is within the tolerance; nearest: {_claim(self.nearest)}"
        return "no candidate's error is known"


def _claim(candidate: Candidate) -> str:
    label, faster = candidate.label, candidate.speed_up
    return f"{label}, {faster:.1f} times faster, error {candidate.error:.3f}"
