"""Cables, synapses, times, settings and notes."""

from __future__ import annotations

import math
import numbers
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from .. import _library
from .. import record as records
from . import _cases, _colours, _text
from ._cases import Case
from ._page import Section
from ._text import MINUS, Html, counted, duration, escape, number, paragraph, percent, table

KINDS = 40
"""How many kinds of synapses have a row of their own at most."""

LUMPS = (
    "Each cable is a lump of dendrites: its length and diameter give it their membrane area and "
    "axial resistance, and mean nothing else."
)

LISTED = 3
"""How many values of a list the call that reproduces shows at most."""


def cables(record: records.ReductionRecord) -> Section:
    """One row for each cable."""
    title = "Cables"
    if not record.cables:
        return Section("cables", title, paragraph("The reduced cell has no cables.", "absent"))
    branched = len({cable.parent for cable in record.cables}) > 1
    gathered = _gathered(record)
    colours = _colours.of(record.cables)
    rows = [
        (
            Html(_colours.swatch(colours.cables[index]) + escape(cable.name)),
            cable.role,
            cable.stem if gathered is None else gathered[index],
            *([cable.parent] if branched else []),
            number(cable.length),
            number(cable.diameter),
            number(cable.electrotonic_length),
            number(cable.segments),
        )
        for index, cable in enumerate(record.cables)
    ]
    stands_for = "stands for the subtree at" if gathered is None else "gathers segments of"
    words = ["cable", "role", stands_for, *(["attached to"] if branched else [])]
    head = [*words, "length (µm)", "diameter (µm)", "electrotonic length", "segments"]
    body = table(head, rows, kind="wide names tall", words=range(len(words)))
    if _library.traits(record.method) & _library.Traits.CABLES_ARE_LUMPS:
        body = Html(paragraph(LUMPS) + body)
    return Section("cables", title, body)


def _gathered(record: records.ReductionRecord) -> list[str] | None:
    """The original sections that each cable has segments of, where cables are lumps."""
    if not _library.traits(record.method) & _library.Traits.CABLES_ARE_LUMPS:
        return None
    sections: list[dict[str, None]] = [{} for _ in record.cables]
    for each in record.segment_map:
        sections[each.cable][_text.own(each.section)] = None
    return [_text.some(each, 6) if each else "nothing: a junction" for each in sections]


def shared(record: records.ReductionRecord) -> Section:
    """The compartments that branches share that could do something by themselves."""
    title = "Branches that share a compartment"
    shares = _shares(record)
    if not record.shared_inward:
        text = "No compartment is shared by branches that have channels of inward currents."
        return Section("shared", title, Html(paragraph(text, "absent") + shares))
    colours = _colours.of(record.cables)
    share = sum(each.inward_share for each in record.shared_inward)
    text = (
        f"In {counted(len(record.shared_inward), 'compartment')} with {percent(share)} of the "
        "dendrites’ inward conductance (sodium and calcium channels in most cells) several "
        "branches that have such channels share one potential: what one of them does by itself, "
        "such as a spike of its own or a plateau, is lost."
    )
    rows = [
        (
            Html(
                _colours.swatch(colours.shade(each.cable, each.cable_x))
                + escape(_place(record.cables[each.cable], each.cable_x))
            ),
            _text.some(map(_text.own, each.sections), 12),
            percent(each.inward_share),
        )
        for each in record.shared_inward
    ]
    head = ["compartment", "segments of", "of the inward conductance"]
    body = paragraph(text) + table(head, rows, kind="wide stacked tall", words=(0, 1)) + shares
    return Section("shared", title, Html(body))


def _shares(record: records.ReductionRecord) -> Html:
    """Of each mechanism of the dendrites, how much of it several branches share."""
    shared = record.expected.shared
    if not shared:
        return Html("")
    rows = [(name, percent(share)) for name, share in sorted(shared.items(), key=_by_share)]
    head = ["channel", "conductance in shared compartments"]
    return table(head, rows, kind="tall", words=(0,))


def _by_share(item: tuple[str, float]) -> tuple[float, str]:
    return -item[1], item[0]


def _place(cable: records.Cable, x: float) -> str:
    return cable.name if cable.segments == 1 else f"{cable.name}({x:.3g})"


def synapses(record: records.ReductionRecord) -> Section:
    """One row for each kind of synapse."""
    title = "Synapses"
    if not record.synapses:
        text = "There were no synapses in the list that was given."
        return Section("synapses", title, paragraph(text, "absent"))
    before, after = (sum(getattr(kind, name) for kind in record.synapses) for name in _ENDS)
    listed = sorted(record.synapses, key=lambda kind: -kind.before)[:KINDS]
    shown = [kind for kind in record.synapses if any(kind is each for each in listed)]
    rows = [
        (
            _kind(kind),
            number(kind.before),
            number(kind.after),
            number(kind.netcons),
            kind.treatment,
            _unmerged(kind),
        )
        for kind in shown
    ]
    left = len(record.synapses) - len(shown)
    if left:
        ends = (
            number(
                sum(getattr(kind, name) for kind in record.synapses)
                - sum(getattr(kind, name) for kind in shown)
            )
            for name in (*_ENDS, "netcons")
        )
        rows.append((f"{counted(left, 'kind')} with fewer synapses", *ends, "", ""))
    text = (
        f"{counted(before, 'point process', 'point processes')} of "
        f"{counted(len(record.synapses), 'kind')} became {number(after)}. Those of one kind, one "
        "mechanism with equal parameters, that meet in a segment are merged into one; every "
        "NetCon keeps its weight, delay and threshold unless the treatment says otherwise."
    )
    head = ["kind", "before", "after", "NetCons", "treatment", "why not merged further"]
    body = paragraph(text) + table(head, rows, kind="wide stacked tall", words=(0, 4, 5))
    return Section("synapses", title, Html(body))


def running(
    record: records.ReductionRecord, cases: Sequence[Case], evaluation: Any = None
) -> Section:
    """Times, versions, and the call that does the same again."""
    parts = []
    comparisons = [case.comparison for case in cases]
    if any(each.seconds_full is not None for each in comparisons):
        rows = [
            (
                case.label,
                duration(case.comparison.seconds_full),
                duration(case.comparison.seconds_reduced),
                number(_cases.speedup([case]), digits=2),
            )
            for case in cases
        ]
        head = ["Time to run", "full", "reduced", "times faster"]
        parts.append(table(head, rows))
    else:
        parts.append(paragraph("How long the two cells take to run is not known.", "absent"))
    if record.stage_seconds:
        rows = [(stage, duration(seconds)) for stage, seconds in record.stage_seconds.items()]
        rows.append(("in all", duration(sum(record.stage_seconds.values()))))
        parts.append(table(["Time to reduce", ""], rows))
    settings = _settings(cases, evaluation)
    if settings:
        parts.append(table(["Settings of the runs", ""], settings))
    if record.versions:
        parts.append(table(["Version", ""], record.versions.items(), words=(0, 1)))
    body = f'<div class="columns">{"".join(parts)}</div>'
    body += f"<h3>The same again</h3><pre><code>{escape(call(record))}</code></pre>"
    return Section("running", "Times, versions and settings", Html(body))


def notes(record: records.ReductionRecord) -> Section:
    """What a user of the reduced cell should know."""
    title = "Notes"
    if not record.notes:
        return Section("notes", title, paragraph("There is nothing to note.", "absent"))
    items = "".join(f"<li>{escape(note)}</li>" for note in record.notes)
    return Section("notes", title, Html(f"<ul>{items}</ul>"))


def call(record: records.ReductionRecord) -> str:
    """The Python that reproduces the reduction."""
    settings = {"method": record.method, **record.settings}
    lines = [f"    {name}={_literal(value)},{_size(value)}" for name, value in settings.items()]
    return "\n".join(
        ["neuron_reduce.reduce(", "    cell,", "    synapses,", "    netcons,", *lines, ")"]
    )


_ENDS = ("before", "after")

_SETTINGS = {"tstart": "ms", "tstop": "ms", "dt": "ms", "v_init": "mV", "celsius": "°C"}
"""What an evaluation, or its protocol, may say of its runs, and the units."""


def _settings(cases: Sequence[Case], evaluation: Any) -> list[tuple[str, str]]:
    """How the cells were run, as far as it is known."""
    sources = [evaluation, getattr(evaluation, "protocol", None)]
    rows = []
    for name, unit in _SETTINGS.items():
        values = (getattr(source, name, None) for source in sources)
        value = next((each for each in values if _is_number(each)), None)
        if value is not None:
            rows.append((name, f"{value:.12g}\N{NO-BREAK SPACE}{unit}".replace("-", MINUS)))
    seeds = [case.seed for case in cases if case.seed is not None]
    if seeds:
        rows.append(("seeds" if len(seeds) > 1 else "seed", ", ".join(map(str, seeds))))
    if cases:
        first = cases[0].comparison
        span = f"{number(first.start)} to {number(first.stop, 'ms')}"
        rows.append(("compared from", span))
    return rows


def _is_number(value: Any) -> bool:
    return isinstance(value, numbers.Real) and math.isfinite(value)


def _literal(value: Any) -> str:
    """A value as Python writes it, long lists cut; numbers of numpy as Python's own."""
    if isinstance(value, np.ndarray | np.generic):
        value = value.tolist()
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{_literal(k)}: {_literal(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list | tuple):
        text = ", ".join([*map(_literal, value[:LISTED])] + ["…"] * (len(value) > LISTED))
        if isinstance(value, list):
            return f"[{text}]"
        return f"({text},)" if len(value) == 1 else f"({text})"
    if isinstance(value, float) and not math.isfinite(value):
        return f'float("{value}")'
    return repr(value)


def _size(value: Any) -> str:
    """A remark on how long a list is that is not written out."""
    if isinstance(value, np.ndarray):
        value = value.tolist()
    long = isinstance(value, list | tuple) and len(value) > LISTED
    return f"  # {number(len(value))} values" if long else ""


def _kind(kind: records.SynapseKind) -> Html:
    values = ", ".join(f"{name} = {value:g}" for name, value in kind.parameters.items())
    values = values.replace("= -", f"= {MINUS}")
    return Html(escape(kind.mechanism) + (f"<small>{escape(values)}</small>" if values else ""))


def _unmerged(kind: records.SynapseKind) -> str:
    if not kind.unmerged:
        return "all merged" if kind.after < kind.before else ""
    return "; ".join(f"{reason} ({number(count)})" for reason, count in kind.unmerged.items())
