"""How close the reduced cell comes, each number with what it means and what could be reached."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from . import _cases
from ._cases import Case, Summary
from ._page import Section
from ._text import ABSENT, Html, counted, decimal, escape, number, paragraph, percent, table

DIFFERENCES = [
    (
        "rate_error",
        "Rate error",
        percent,
        "How far the reduced cell’s firing rate is from the full cell’s, as a share of it.",
    ),
    (
        "gamma",
        "Coincidence factor Γ",
        decimal,
        "How many spikes coincide within ±{window} beyond what chance gives: 1 for equal trains, "
        "0 for chance.",
    ),
    (
        "matched",
        "Spikes matched",
        percent,
        "The share of all spikes of both cells that have a partner in the other within ±{window}.",
    ),
    (
        "spike_synchronization",
        "SPIKE-synchronization",
        decimal,
        "The share of spikes that have a partner, with a window that adapts to the firing rate: "
        "1 if all have, 0 if none has.",
    ),
    (
        "spike_distance",
        "SPIKE-distance",
        lambda value: decimal(value, places=3),
        "How far apart corresponding spikes are in relation to the intervals around them, "
        "averaged over time: 0 for equal trains.",
    ),
]
"""Attribute, label, form and meaning of what is said of two spike trains."""

VOLTAGES = [
    (
        "rmsd",
        "Subthreshold RMSD",
        lambda value: decimal(value, "mV"),
        "The root of the mean square of the difference of the two somatic potentials, {cut}.",
    ),
    (
        "mean_difference",
        "Difference of means",
        lambda value: decimal(value, "mV"),
        "By how much the reduced cell is more depolarised on average, in the same stretches.",
    ),
    (
        "sd_difference",
        "Difference of standard deviations",
        lambda value: decimal(value, "mV"),
        "By how much the reduced cell’s potential fluctuates more, in the same stretches.",
    ),
]

SPIKES = [
    ("ap_height", "Spike height", "mV", "The potential at a spike’s peak, averaged over spikes."),
    ("half_width", "Half-width", "ms", "How long a spike lasts at half its height, averaged."),
    ("latency", "Latency", "ms", "From the start of the comparison to the first spike’s peak."),
    ("rate", "Firing rate", "Hz", "Spikes per second."),
]


def section(cases: Sequence[Case]) -> Section:
    """Tables of what differs, of the spikes of each cell, and of dendritic sites."""
    title = "How close it comes"
    if not cases:
        text = "No runs of the two cells were compared, so there is nothing to measure."
        return Section("metrics", title, paragraph(text, "absent"))
    return Section(
        "metrics",
        title,
        Html(_introduction(cases) + _differences(cases) + _spikes(cases) + _dendrites(cases)),
    )


def _introduction(cases: Sequence[Case]) -> Html:
    first = cases[0].comparison
    text = f"From {number(first.start)} to {number(first.stop, 'ms')}"
    if len(cases) > 1:
        text += f", averaged over {len(cases)} inputs, with the range in brackets"
    text += "."
    silent = _cases.silent(cases)
    if silent == len(cases):
        text += " The full cell never fires: nothing can be said of spikes."
    elif silent:
        text += (
            f" With {counted(silent, 'input')} the full cell never fires: what is said of spikes "
            "is of the others."
        )
    names = _cases.ceiling_names(cases)
    if names:
        text += (
            " The ceilings are the full cell compared with itself after a change that should not "
            f"matter ({'; '.join(names)}): no reduced cell can be asked to come closer than that."
        )
    else:
        text += (
            " The full cell was not compared with itself, so that it is not known how close any "
            "reduced cell could come."
        )
    return paragraph(text)


def _differences(cases: Sequence[Case]) -> Html:
    comparisons = [case.comparison for case in cases]
    names = _cases.ceiling_names(cases)
    ceilings = [_cases.ceilings(cases, name) for name in names]
    words = {"window": number(comparisons[0].window, "ms"), "cut": _cut(comparisons)}
    shares = {"gamma": "gamma_share", "spike_synchronization": "synchronization_share"}
    rows = []
    for name, label, form, meaning in DIFFERENCES + VOLTAGES:
        value = _with_range(_cases.summary(comparisons, name), form)
        if name in shares:
            share = _cases.summary(comparisons, shares[name]).mean
            if not math.isnan(share):
                value = Html(f"{value}<small>{percent(share)} of the ceiling</small>")
        reached = [form(_cases.summary(ceiling, name).mean) for ceiling in ceilings]
        rows.append((_explained(label, meaning.format(**words)), value, *reached))
    head = ["", "reduced", *(f"ceiling: {name}" for name in names)]
    heading = "<h3>The reduced cell against the full one</h3>"
    return Html(heading + table(head, rows, kind="wide explained stacked"))


def _spikes(cases: Sequence[Case]) -> Html:
    comparisons = [case.comparison for case in cases]

    def values(name: str, unit: str) -> list[Html]:
        return [
            _with_range(
                _cases.summary(comparisons, f"{name}_{cell}"), lambda value: number(value, unit)
            )
            for cell in ("full", "reduced")
        ]

    rows = [
        (_explained(label, meaning), *values(name, unit)) for name, label, unit, meaning in SPIKES
    ]
    body = table(["", "full", "reduced"], rows, kind="wide explained stacked")
    return Html("<h3>Spikes of each cell</h3>" + body)


def _dendrites(cases: Sequence[Case]) -> Html:
    comparisons = [case.comparison for case in cases]
    sites = list(dict.fromkeys(site for each in comparisons for site in each.dendrites or {}))
    heading = "<h3>Dendritic sites</h3>"
    if not sites:
        text = "No dendritic sites were recorded in both cells."
        return Html(heading + paragraph(text, "absent"))
    names = _cases.ceiling_names(cases)
    rows = []
    for site in sites:
        here = [each.dendrites[site] for each in comparisons if site in each.dendrites]
        row = [_site(site)]
        row += [decimal(_cases.summary(here, name).mean, "mV") for name, _, _, _ in VOLTAGES]
        for name in names:
            there = [
                each.dendrites[site]
                for each in _cases.ceilings(cases, name)
                if site in each.dendrites
            ]
            row.append(decimal(_cases.summary(there, "rmsd").mean, "mV"))
        rows.append(row)
    head = ["", "RMSD", "means", "standard deviations"]
    head += [f"RMSD ceiling: {name}" for name in names]
    text = (
        f"At {counted(len(sites), 'dendritic site')}, the potential of the full cell against that "
        "of the place the site was moved to, outside of somatic spikes: the root of the mean "
        "square of the difference, and the differences of the means and of the standard "
        "deviations, reduced less full."
    )
    return Html(heading + paragraph(text) + table(head, rows, kind="wide names stacked"))


def _cut(comparisons: Sequence[Any]) -> str:
    """What was left out where potentials were compared."""
    text = "the spikes of both cells cut out"
    cut = getattr(comparisons[0], "cut", None)
    if cut is not None:
        text += f" from {number(cut[0], 'ms')} before to {number(cut[1], 'ms')} after"
    left = _cases.summary(comparisons, "compared_share").mean
    return text if math.isnan(left) else f"{text}, which leaves {percent(left)} of the time"


def _explained(label: str, meaning: str) -> Html:
    return Html(f"{escape(label)}<small>{escape(meaning)}</small>")


def _with_range(value: Summary, form: Any) -> Html:
    text = form(value.mean)
    if text == ABSENT or form(value.least) == form(value.greatest):
        return escape(text)
    # The unit is not said thrice.
    least = form(value.least).partition("\N{NO-BREAK SPACE}")[0]
    greatest = form(value.greatest).partition("\N{NO-BREAK SPACE}")[0]
    return escape(f"{text} ({least} to {greatest})")


def _site(site: Any) -> str:
    if isinstance(site, tuple):
        name, position = site
        return f"{name}({position:.3g})"
    return str(site)
