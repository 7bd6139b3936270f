"""The colours of the cables: the same in the full cell, the reduced cell and the table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from .. import record as records
from . import _layout, _style
from ._text import Html, escape


@dataclass(frozen=True)
class Colours:
    """A colour for each cable.

    Up to as many cables as there are colours have each their own, and its shades from the soma to
    the tip. More are coloured by where they are: from dark near the soma to light at the tip of
    their chain, in one hue for apical cables and another for basal ones; in the order of the cables
    where none follows on another. In a tree, where it matters which branches share a cable and
    which do not, colours come again, and neighbours have different ones.

    :ivar cables: one for each cable.
    :ivar ramps: for each role of cables that is coloured by where it is, what dark and what light
        stands for; empty where cables are told apart.
    :ivar come_again: whether cables that are apart may have one colour.
    """

    cables: list[str]
    ramps: dict[str, tuple[str, str]]
    come_again: bool = False

    @property
    def are_own(self) -> bool:
        """Whether each cable has a colour of its own."""
        return not self.ramps and not self.come_again

    def shade(self, index: int, position: float) -> str:
        """The colour at a position on a cable, 0 to 1."""
        colour = self.cables[index]
        return _style.shade(colour, position) if self.are_own else colour


def of(cables: Sequence[records.Cable]) -> Colours:
    """The colours of a cell's cables."""
    if len(cables) <= len(_style.CYCLE):
        return Colours([_style.cycle(index) for index in range(len(cables))], {})
    parents = _layout.parents(cables)
    children: dict[int, list[int]] = {}
    for index, parent in enumerate(parents):
        if parent is not None:
            children.setdefault(parent, []).append(index)
    if any(len(each) > 1 for each in children.values()):
        return Colours(_apart(cables, parents, children), {}, come_again=True)
    chains = [_way(index, parents) for index in range(len(cables))]
    longest: dict[int, int] = {}
    for chain in chains:
        longest[chain[-1]] = max(longest.get(chain[-1], 0), len(chain))
    colours = [""] * len(cables)
    ramps = {}
    for role in dict.fromkeys(cable.role for cable in cables):
        indices = [index for index, cable in enumerate(cables) if cable.role == role]
        if any(len(chains[index]) > 1 for index in indices):
            ramps[role] = "soma", "tip"
            places = [(len(chains[i]) - 1, longest[chains[i][-1]] - 1) for i in indices]
        else:
            ramps[role] = cables[indices[0]].name, cables[indices[-1]].name
            places = [(order, len(indices) - 1) for order in range(len(indices))]
        for index, (place, last) in zip(indices, places, strict=True):
            colours[index] = _style.ramp(role, place / last if last else 0.0)
    return Colours(colours, ramps)


def _apart(
    cables: Sequence[records.Cable],
    parents: Sequence[int | None],
    children: dict[int, list[int]],
) -> list[str]:
    """Colours that differ from those of the cables that are up to three steps away, as far as there
    are as many: the ones that are used least of all."""
    steps = [list(children.get(index, ())) for index in range(len(cables))]
    roots: dict[str, list[int]] = {}
    for index, cable in enumerate(cables):
        parent = parents[index]
        if parent is None:
            roots.setdefault(cable.parent, []).append(index)
        else:
            steps[index].append(parent)
    for those in roots.values():
        for index in those:
            steps[index] += [each for each in those if each != index]
    chosen: dict[int, int] = {}
    used = [0] * len(_style.CYCLE)
    for index in range(len(cables)):
        near = [0.0] * len(_style.CYCLE)
        seen, ring = {index}, [index]
        for weight in (1.0, 0.1, 0.01):
            ring = list(dict.fromkeys(e for each in ring for e in steps[each] if e not in seen))
            seen.update(ring)
            for each in ring:
                if each in chosen:
                    near[chosen[each]] += weight
        colour = min(range(len(used)), key=lambda each: (near[each], used[each], each))
        chosen[index] = colour
        used[colour] += 1
    return [_style.cycle(chosen[index]) for index in range(len(cables))]


def legend(colours: Colours) -> Html:
    """A bar for each role of cable; nothing where cables are told apart."""
    bars = "".join(
        f"<span>{escape(role)}: {escape(dark)} {_bar(role)} {escape(light)}</span>"
        for role, (dark, light) in colours.ramps.items()
    )
    return Html(f'<p class="ramps">{bars}</p>' if bars else "")


def swatch(colour: str) -> Html:
    """A small square in a colour, on a dark screen in the one that takes its place there."""
    return Html(f'<span class="swatch" style="{_background("{}", [colour])}"></span>')


def _way(index: int, parents: Sequence[int | None]) -> list[int]:
    """A cable and those between it and what stays, the one there last."""
    way = [index]
    while (parent := parents[way[-1]]) is not None and parent not in way:
        way.append(parent)
    return way


def _bar(role: str) -> Html:
    ends = [_style.ramp(role, place / 4) for place in range(5)]
    style = _background("linear-gradient(to right, {}, {}, {}, {}, {})", ends)
    return Html(f'<span class="ramp" style="{style}"></span>')


def _background(form: str, colours: Sequence[str]) -> str:
    """The style for both kinds of screen; a browser that knows no `light-dark` takes the first."""
    both = [f"light-dark({each}, {_style.DARK.get(each, each)})" for each in colours]
    return f"background:{form.format(*colours)};background:{form.format(*both)}"
