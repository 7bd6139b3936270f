"""NEURON's own channels as NeuroML has them.

``pas`` is NeuroML's passive channel. The rates of ``hh`` are NeuroML's standard forms, at any
temperature: exponential, sigmoid and linear-over-exponential in the potential, all with a Q10 of 3
from 6.3 °C (the mod file has x / (1 - exp(-x)) as its ``vtrap``). What NEURON does besides is to
look them up in a table of steps of 1 mV, unless ``usetable_hh`` is 0.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ..errors import SavedCellError
from . import building

_Q10 = '<q10Settings type="q10ExpTemp" q10Factor="3" experimentalTemp="6.3degC"/>'

_GATES = {
    "hh_na": (
        ("m", 3, ("HHExpLinearRate", 1.0, -40, 10), ("HHExpRate", 4.0, -65, -18)),
        ("h", 1, ("HHExpRate", 0.07, -65, -20), ("HHSigmoidRate", 1.0, -35, 10)),
    ),
    "hh_k": (("n", 4, ("HHExpLinearRate", 0.1, -55, 10), ("HHExpRate", 0.125, -65, -80)),),
}
"""By channel: each gate's name and exponent, and its opening and closing rates: form, rate (per
ms), midpoint and scale (mV)."""

_SPECIES = {"hh_na": "na", "hh_k": "k"}


class Channels:
    """Those of a cell that NeuroML has.

    :ivar others: the mechanisms that it does not have, each with why, or an empty text.
    """

    def __init__(self, content: dict[str, Any]) -> None:
        self._sections = content["sections"]
        used = {name: "" for each in self._sections for name in each["mechanisms"]}
        self._has_leak = "pas" in used
        self._has_hh = "hh" in used
        if self._has_hh:
            try:
                for each in self._sections:
                    list(self._hh_of(each, "any"))
            except SavedCellError as error:
                used["hh"] = str(error)
                self._has_hh = False
        self.others = {
            name: why
            for name, why in used.items()
            if name != "pas" and not (name == "hh" and self._has_hh)
        }

    def definitions(self) -> Iterator[str]:
        """What the file has beside the cell."""
        passive = [*(["pas"] if self._has_leak else []), *(["hh_leak"] if self._has_hh else [])]
        for name in passive:
            yield f'  <ionChannel id="{name}" type="ionChannelPassive" conductance="10pS"/>'
        for name, gates in _GATES.items() if self._has_hh else ():
            yield f'  <ionChannelHH id="{name}" conductance="10pS" species="{_SPECIES[name]}">'
            for gate, instances, *rates in gates:
                yield f'    <gateHHrates id="{gate}" instances="{instances}">'
                yield f"      {_Q10}"
                for which, (form, rate, midpoint, scale) in zip(
                    ("forwardRate", "reverseRate"), rates, strict=True
                ):
                    yield (
                        f'      <{which} type="{form}" rate="{rate!r}per_ms" '
                        f'midpoint="{midpoint}mV" scale="{scale}mV"/>'
                    )
                yield "    </gateHHrates>"
            yield "  </ionChannelHH>"

    def densities(self, section: dict[str, Any], group: str) -> Iterator[str]:
        """The channels of a section.

        :param group: its name in the file.
        :raises SavedCellError: ``pas`` differs between its segments.
        """
        leak = section["mechanisms"].get("pas")
        if leak is not None:
            conductance, reversal = (
                single(leak["parameters"][parameter], f"{parameter} of {section['name']}")
                for parameter in ("g_pas", "e_pas")
            )
            yield _density("pas", group, conductance, reversal, "non_specific")
        if self._has_hh:
            yield from self._hh_of(section, group)

    def _hh_of(self, section: dict[str, Any], group: str) -> Iterator[str]:
        kept = section["mechanisms"].get("hh")
        if kept is None:
            return
        name, parameters = section["name"], kept["parameters"]
        for channel, conductance, ion in ("hh_na", "gnabar_hh", "na"), ("hh_k", "gkbar_hh", "k"):
            values = section["ions"].get(f"{ion}_ion", {}).get("values", {})
            if f"e{ion}" not in values:
                raise SavedCellError(f"e{ion} of {name} is computed from concentrations")
            yield _density(
                channel,
                group,
                single(parameters[conductance], f"{conductance} of {name}"),
                single(values[f"e{ion}"], f"e{ion} of {name}"),
                ion,
            )
        own = (
            single(parameters[parameter], f"{parameter} of {name}")
            for parameter in ("gl_hh", "el_hh")
        )
        yield _density("hh_leak", group, *own, "non_specific")


def _density(channel: str, group: str, conductance: float, reversal: float, ion: str) -> str:
    return (
        f'        <channelDensity id="{channel}_{group}" ionChannel="{channel}" '
        f'segmentGroup="{group}" condDensity="{conductance!r}S_per_cm2" erev="{reversal!r}mV" '
        f'ion="{ion}"/>'
    )


def single(values: Any, what: str) -> float:
    """What a group of segments has one value of.

    :raises SavedCellError: there are several, or it is no number that NeuroML has a text for.
    """
    several = values if isinstance(values, list) else [values]
    if len(set(several)) > 1:
        raise SavedCellError(
            f"{what} differs between segments; expected one value for NeuroML, or another format"
        )
    number = float(building.number(several[0]))
    if number != number or number in (float("inf"), -float("inf")):
        raise SavedCellError(f"{what} is {number}; expected a number, which NeuroML has a text for")
    return number
