"""What a calibration did to a reduced cell's dendrites, and how close it came."""

from __future__ import annotations

import dataclasses

from ._display.blocks import Block, Displayed, Table


@dataclasses.dataclass(frozen=True)
class Moments:
    """What is matched of a somatic potential.

    :ivar mean: in mV, of the potential cut off at -40 mV, as where spikes are.
    :ivar deviation: the standard deviation of that, in mV.
    :ivar rate: of spikes, in Hz.
    """

    mean: float
    deviation: float
    rate: float


@dataclasses.dataclass(frozen=True)
class Comparison:
    """Of one run: the full cell, the reduced one as the method makes it, and with the gains."""

    full: Moments
    before: Moments
    after: Moments


@dataclasses.dataclass(frozen=True)
class Calibration(Displayed):
    """What ``calibrate=`` of :func:`reduce` did.

    :ivar gains: what parts of the reduced cell's dendrites are multiplied by: ``'excitation'`` and
        ``'inhibition'``, the weights of synapses that reverse above -50 mV or not; ``'leak'``; and
        by an ion's name the conductances of mechanisms that let it in. Empty where nothing was
        changed, since the run that was not fitted came out no closer.
    :ivar fitted: the run that the gains were found by.
    :ivar checked: the other run.
    :ivar duration: of the runs, in ms, of which the first fifth does not count.
    :ivar found: the gains that the fit found, kept or not.
    """

    gains: dict[str, float]
    fitted: Comparison
    checked: Comparison
    duration: float
    found: dict[str, float]

    def _blocks(self) -> list[Block]:
        rows = [["", "mean, mV", "sd, mV", "rate, Hz"]]
        for name, run in (("fitted", self.fitted), ("checked", self.checked)):
            for kind, each in (("full", run.full), ("before", run.before), ("after", run.after)):
                rows.append(
                    [
                        f"{name}: {kind}",
                        f"{each.mean:.2f}",
                        f"{each.deviation:.2f}",
                        f"{each.rate:.1f}",
                    ]
                )
        return [[str_of(self)], [Table(rows)]]


def str_of(calibration: Calibration) -> str:
    """One sentence: what was changed, or why nothing was."""
    found = ", ".join(f"{name} × {factor:.2f}" for name, factor in calibration.found.items())
    run = f"a run of {calibration.duration:g} ms"
    if not calibration.gains:
        return (
            f"Not calibrated: {found}, fitted to {run}, came no closer in another one, and was "
            "left alone."
        )
    checked = calibration.checked
    return (
        f"Calibrated on {run}: {found}. In another run the full cell has a somatic mean of "
        f"{checked.full.mean:.1f} mV, a standard deviation of {checked.full.deviation:.1f} mV and "
        f"{checked.full.rate:.1f} Hz; the reduced one had {checked.before.mean:.1f} mV, "
        f"{checked.before.deviation:.1f} mV and {checked.before.rate:.1f} Hz, and has "
        f"{checked.after.mean:.1f} mV, {checked.after.deviation:.1f} mV and "
        f"{checked.after.rate:.1f} Hz."
    )
