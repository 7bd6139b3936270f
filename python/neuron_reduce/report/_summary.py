"""What comes first: the result in a sentence, and the key figures."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from .. import record as records
from .._display.text import faster
from . import _cases
from ._cases import Case
from ._page import Section
from ._text import (
    Html,
    counted,
    decimal,
    duration,
    escape,
    number,
    own,
    paragraph,
    percent,
    plain,
    some,
    table,
)

CLOSENESS = [
    ("rate_error", "rate error", percent),
    ("matched", "spikes matched", percent),
    ("gamma", "coincidence factor Γ", decimal),
    ("spike_synchronization", "SPIKE-synchronization", decimal),
    ("rmsd", "subthreshold RMSD", lambda value: decimal(value, "mV")),
]
"""Attribute, label and form of the key figures that tell how close the reduced cell comes."""


def title(record: records.ReductionRecord) -> str:
    """The page's title."""
    return f"{cell_name(record)} and its reduced cell"


def cell_name(record: records.ReductionRecord) -> str:
    """The cell's name; of a Python object without one its class."""
    return plain(record.cell)


def subtitle(record: records.ReductionRecord) -> str:
    """What made the reduced cell."""
    versions = ", ".join(f"{name} {version}" for name, version in record.versions.items())
    return f"Method {record.method}" + (f" · {versions}" if versions else "")


def section(record: records.ReductionRecord, cases: Sequence[Case]) -> Section:
    """The headline and the table of key figures."""
    sentence = _outcome(cases) if cases else _reduction(record)
    body = paragraph(sentence, "headline")
    if not cases:
        body += paragraph(
            "How close the reduced cell comes was not evaluated: this report shows the reduction "
            "only.",
            "absent",
        )
    body += _key_figures(record, cases) + _expected(record, cases) + _warning(record)
    return Section("summary", "", Html(body))


def _expected(record: records.ReductionRecord, cases: Sequence[Case]) -> Html:
    """What was expected to be lost before any run, beside what is."""
    expected = record.expected
    if expected.rmsd is None:
        return paragraph(
            "No loss could be expected before a run: nothing is known of the synapses’ events.",
            "absent",
        )
    text = (
        f"Expected before any run, by linear theory: the somatic potentials differ by "
        f"{number(expected.rmsd, 'mV', digits=2)} (root mean square), of a standard deviation of "
        f"{number(expected.deviation, 'mV', digits=2)}."
    )
    if cases:
        rmsd = _cases.summary([case.comparison for case in cases], "rmsd").mean
        text += (
            f" Measured: {number(rmsd, 'mV', digits=2)}. What the dendrites’ channels make of "
            "potentials that differ is in the measured one alone."
        )
    return paragraph(text)


def _warning(record: records.ReductionRecord) -> Html:
    """What branches that share compartments do not do by themselves any more; nothing where none
    do."""
    if not record.shared_inward:
        return Html("")
    share = percent(sum(each.inward_share for each in record.shared_inward))
    names = "; ".join(some(map(own, each.sections)) for each in record.shared_inward[:2])
    text = (
        f"Branches with channels of inward currents share compartments, {share} of the dendrites’ "
        f"inward conductance in all: what each of them does by itself, such as a spike of its own "
        f"or a plateau, is lost. Those with most of it: {names}. "
    )
    link = '<a href="#shared">All of them</a>'
    return Html(f'<p class="warning">{escape(text)}{link}</p>')


def _reduction(record: records.ReductionRecord) -> str:
    return (
        f"{cell_name(record)}, {counted(record.segments_full, 'segment')} with "
        f"{counted(record.point_processes_full, 'point process', 'point processes')}, became a "
        f"cell of {counted(record.segments_reduced, 'segment')} with "
        f"{counted(record.point_processes_reduced, 'point process', 'point processes')}."
    )


def _outcome(cases: Sequence[Case]) -> str:
    """Spikes, how many coincide and what could be asked for, and the gain in time."""
    comparisons = [case.comparison for case in cases]
    full = _cases.total(comparisons, "spikes_full")
    reduced = _cases.total(comparisons, "spikes_reduced")
    first = comparisons[0]
    length = f"{(first.stop - first.start) / 1e3:.3g}\N{NO-BREAK SPACE}s"
    inputs = f"one input of {length}" if len(cases) == 1 else f"{len(cases)} inputs of {length}"
    if not full:
        text = (
            f"The reduced cell fired {counted(reduced, 'spike')} where the full cell never fires, "
            f"over {inputs}"
            if reduced
            else f"Neither the full nor the reduced cell fired, over {inputs}"
        )
        rmsd = _cases.summary(comparisons, "rmsd").mean
        text += f"; their somatic potentials differ by {number(rmsd, 'mV')} (root mean square)"
    else:
        text = (
            f"The reduced cell fired {counted(reduced, 'spike')} where the full cell fired "
            f"{number(full)}, over {inputs}"
        )
        matched = _cases.summary(comparisons, "matched").mean
        text += (
            f"; {percent(matched)} of the two cells’ spikes have a partner in the other within "
            f"{number(first.window, 'ms')}"
        )
        reached = [
            f"{percent(_cases.summary(_cases.ceilings(cases, name), 'matched').mean)} ({name})"
            for name in _cases.ceiling_names(cases)
        ]
        if reached:
            text += (
                ", where the full cell against itself, after a change that should not matter, "
                f"reaches {' and '.join(reached)}"
            )
    ratio = _cases.speedup(cases)
    if ratio is None:
        return text + "."
    return f"{text}; it ran {faster(ratio, number(ratio, digits=2))}."


def _key_figures(record: records.ReductionRecord, cases: Sequence[Case]) -> Html:
    rows = [
        ("segments", number(record.segments_full), number(record.segments_reduced)),
        (
            "point processes",
            number(record.point_processes_full),
            number(record.point_processes_reduced),
        ),
    ]
    comparisons = [case.comparison for case in cases]
    if cases:
        pairs = [
            [_cases.total(comparisons, f"{name}_{cell}") for cell in ("full", "reduced")]
            for name in ("spikes", "seconds")
        ]
        rates = [_cases.summary(comparisons, f"rate_{cell}").mean for cell in ("full", "reduced")]
        rows += [
            ("spikes", *map(number, pairs[0])),
            ("firing rate", *(number(rate, "Hz") for rate in rates)),
            ("time to run", *map(duration, pairs[1])),
        ]
    if record.stage_seconds:
        rows.append(("time to reduce", "", duration(sum(record.stage_seconds.values()))))
    runs = f"Both cells, over all {len(cases)} inputs" if len(cases) > 1 else "Both cells"
    cells = table(["", "full", "reduced"], rows, caption=runs)
    if not cases:
        return cells
    closeness = [
        (label, form(_cases.summary(comparisons, name).mean), _ceiling(cases, name, form))
        for name, label, form in CLOSENESS
    ]
    body = cells + table(
        ["", "reduced", "ceiling"], closeness, caption="The reduced cell against the full one"
    )
    return Html(f'<div class="columns">{body}</div>')


def _ceiling(cases: Sequence[Case], name: str, form: Callable[[float], str]) -> str:
    """What the full cell reaches against itself, over all changes."""
    reached = [
        each for ceiling in _cases.ceiling_names(cases) for each in _cases.ceilings(cases, ceiling)
    ]
    return form(_cases.summary(reached, name).mean)
