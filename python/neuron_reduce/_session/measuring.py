"""How point processes respond to an event, measured in NEURON whatever their mechanism is called.

Each kind of synapse (class and parameters) is brought to a compartment of its own that is so large
that its voltage stays, in a copy of the process, and gets one event. The membrane current follows
from the voltage's drift; its difference between holding potentials is the conductance. Runs at
other potentials, with twice the weight, with several events, and once more the same tell whether
the response is that of a linear conductance. Where it depends on the voltage, the conductance is
the current over the distance to where the current reverses.
"""

from __future__ import annotations

import ctypes
import dataclasses
import enum

import numpy as np
from neuron import h, hoc

from .._processes import copies
from . import mechanisms

HOLDING = (-80.0, -65.0, -50.0)
"""Holding potentials in mV, equally far apart: where dendrites are between rest and threshold."""

_BEYOND = (-20.0, 0.0, 20.0, 40.0)
"""Potentials in mV beyond these at which currents are looked for that reverse there."""

_BEFORE = 1.0
"""From the start of a run to the event, in ms."""

_FINE = (0.025, 60.0)
"""Step and end in ms of the part of a run that follows fast responses."""

_COARSE = (0.5, 1500.0)
"""Step and end in ms of the part that follows slow ones."""

_EVENTS = 9
"""How many events come where there are several: a synapse that fails every other time fails to
differ from itself once in 2⁸ times."""

_APART = 5.0
"""From one of these to the next, in ms; all come while steps are fine."""

_DRIFT = 1e-3
"""How far the several events are to move a stand's voltage, in mV: far above what a voltage's last
digit holds, and too little to change a driving force."""

_TOLERANCE = 2e-3
"""What counts as equal, relative to the largest current. Runs of a linear conductance differ by
less than 1e-4: the drift of the holding potential and the rounding of voltages."""

_ENDED = 1e-4
"""A response has ended where it stays below this share of its peak."""

_BATCH = 500
"""Kinds of synapse measured in one run."""

_TIMEOUT = 120.0
"""Seconds after which measuring one batch is given up."""


class Nature(enum.IntEnum):
    """As ``SynapticResponse.Nature`` in the library."""

    LINEAR = 0
    NONLINEAR = 1
    STOCHASTIC = 2
    CURRENT = 3
    NONE = 4


@dataclasses.dataclass(frozen=True)
class Response:
    """What one event does.

    :ivar times: in ms from the event on.
    :ivar conductances: in µS per unit of weight; empty where there is none to speak of: the
        difference of two random currents means nothing, and a current has none.
    """

    nature: Nature
    times: np.ndarray
    conductances: np.ndarray


_NOTHING = Response(Nature.NONE, np.empty(0), np.empty(0))


@dataclasses.dataclass(frozen=True)
class Responses:
    """The responses of a list of synapses.

    :ivar kinds: the different ones.
    :ivar indices: for each synapse the index of its own, -1 where it could not be measured.
    :ivar problem: why some could not be measured; empty where all could.
    """

    kinds: list[Response]
    indices: np.ndarray
    problem: str


def measure(synapses: list, netcons: list) -> Responses:
    """Measures the responses of synapses to their NetCons' events; the session stays as it is.

    :param netcons: the i-th targets the i-th synapse.
    """
    kind_of = {}
    examples = []
    indices = np.empty(len(synapses), dtype=np.int64)
    parameters = {}
    for index, (synapse, netcon) in enumerate(zip(synapses, netcons, strict=True)):
        key = _kind(synapse, parameters)
        if key not in kind_of:
            kind_of[key] = len(examples)
            examples.append((synapse, netcon))
        elif examples[kind_of[key]][1].weight[0] <= 0 < netcon.weight[0]:
            examples[kind_of[key]] = synapse, netcon
        indices[index] = kind_of[key]

    kinds = []
    problems = {}
    for start in range(0, len(examples), _BATCH):
        batch = examples[start : start + _BATCH]
        kinds += _measured(batch, problems)
    unmeasured = np.array([kind is None for kind in kinds], dtype=bool)
    if unmeasured.any():
        indices[unmeasured[indices]] = -1
    return Responses(
        [kind or _NOTHING for kind in kinds],
        indices,
        "; ".join(f"{name}: {problem}" for name, problem in problems.items()),
    )


def _kind(synapse, parameters: dict[str, list[tuple[str, int]]]) -> tuple:
    """A synapse's class and the values of its PARAMETERs.

    :param parameters: those of the classes met so far.
    """
    class_name = mechanisms.class_name(synapse)
    if class_name not in parameters:
        parameters[class_name] = mechanisms.variables(class_name, mechanisms.PARAMETER)
    return class_name, *(
        tuple(mechanisms.numbers(getattr(synapse, name), size))
        for name, size in parameters[class_name]
    )


def _measured(batch: list[tuple], problems: dict[str, str]) -> list[Response | None]:
    try:
        return copies.call(_measure_in_copy, batch, timeout=_TIMEOUT)
    except copies.CopyFailed:
        # One kind that cannot be measured takes the others of its batch with it.
        return [_measured_alone(example, problems) for example in batch]


def _measured_alone(example: tuple, problems: dict[str, str]) -> Response | None:
    class_name = mechanisms.class_name(example[0])
    if class_name in problems:
        return None
    try:
        return copies.call(_measure_in_copy, [example], timeout=_TIMEOUT)[0]
    except copies.CopyFailed as error:
        problems[class_name] = str(error)
        return None


def _measure_in_copy(examples: list[tuple]) -> list[Response]:
    """Measures in a process that is thrown away: everything but the examples is taken out of
    NEURON."""
    _destroy_all("FInitializeHandler")
    solver = h.CVode()
    solver.active(0)
    for vector in h.List("Vector"):
        vector.play_remove()
        solver.record_remove(vector)
    # Before their targets are taken away, which leaves weights undefined.
    all_weights = [
        [netcon.weight[index] for index in range(int(netcon.wcnt()))] for _, netcon in examples
    ]
    for netcon in h.List("NetCon"):
        netcon.setpost(None)
    # Their events lead nowhere now, and take half of the time.
    for stimulus in h.List("NetStim"):
        stimulus.number = 0
    stands = []
    for synapse, _ in examples:
        stand = h.Section()
        stand.L = stand.diam = 1000.0
        stand.cm = 1000.0
        synapse.loc(stand(0.5))
        stands.append(stand)
    kept = set(stands)
    for section in list(h.allsec()):
        if section not in kept:
            h.delete_section(sec=section)
    inputs = []
    for (synapse, _), values in zip(examples, all_weights, strict=True):
        connection = h.NetCon(None, synapse)
        for index, value in enumerate(values):
            connection.weight[index] = value
        if connection.weight[0] <= 0:
            connection.weight[0] = 1e-3
        inputs.append(connection)
    weights = np.array([connection.weight[0] for connection in inputs])

    low, middle, high = HOLDING
    _fit(stands, inputs)
    times, one = _currents(stands, inputs, middle)
    _, again = _currents(stands, inputs, middle)
    _, below = _currents(stands, inputs, low)
    _, above = _currents(stands, inputs, high)
    _, several = _currents(stands, inputs, middle, _EVENTS)
    for connection, weight in zip(inputs, weights, strict=True):
        connection.weight[0] = 2 * weight
    _, double = _currents(stands, inputs, middle)

    summed = sum(
        np.array([np.interp(times - event * _APART, times, each, left=0.0) for each in one])
        for event in range(_EVENTS)
    )
    # Where steps are coarse, what a response is depends on how much of it came before.
    summed = np.where(times < _FINE[1], summed, several)
    largest = np.max(np.abs([one, below, above, double, several]), axis=(0, 2))
    # What the last digits of a voltage amount to.
    noise = 16 * np.spacing(-low) * _capacitances(stands) / _FINE[0]

    def same(first, second):
        return np.max(np.abs(first - second), axis=1) <= _TOLERANCE * largest

    is_same = same(one, again)
    is_linear = same(2 * one, below + above) & same(double, 2 * one) & same(several, summed)
    # One that does nothing now and something another time.
    is_same &= np.any(one != 0, axis=1) | (largest <= noise)
    is_current = same(above, below)
    # Currents are inward here: a conductance makes them fall with the voltage.
    conductances = (below - above) / (high - low) / weights[:, None]
    natures = [
        _nature(*each) for each in zip(largest > noise, is_same, is_linear, is_current, strict=True)
    ]
    if Nature.NONLINEAR in natures:
        for connection, weight in zip(inputs, weights, strict=True):
            connection.weight[0] = weight
        beyond = [_currents(stands, inputs, potential)[1] for potential in _BEYOND]
        currents = np.array([below, one, above, *beyond]) / weights[:, None]
        for index, nature in enumerate(natures):
            if nature is Nature.NONLINEAR:
                conductances[index] = _chord_conductance(times, currents[:, index])
    return [
        _response(nature, times, conductance)
        for nature, conductance in zip(natures, conductances, strict=True)
    ]


def _destroy_all(class_name: str) -> None:
    """Destroys all objects of a class, whoever refers to them: what a user's handlers do, such as
    to write files, is not to be done once more by a copy."""
    unref = ctypes.PyDLL(hoc.__file__).nrn_object_unref
    unref.argtypes, unref.restype = [ctypes.c_void_p], None
    for each in list(h.List(class_name)):
        # Python's own reference must not be given back: there is nothing left that it refers to.
        _dangling.append(each)
        address = each.hocobjptr()
        # An object begins with the number of references to it.
        ctypes.c_int.from_address(address).value = 1
        unref(address)


_dangling: list = []
"""In a copy, references to objects that were destroyed."""


def _chord_conductance(times: np.ndarray, currents: np.ndarray) -> np.ndarray:
    """The conductance of a response that depends on the voltage, at the middle holding potential;
    all 0 where the current does not reverse.

    :param currents: inward, at ``HOLDING`` and ``_BEYOND``, shaped (potentials, times).
    """
    potentials = np.array([*HOLDING, *_BEYOND])
    charges = np.trapezoid(currents, times, axis=1)
    reversals = np.flatnonzero((charges[:-1] > 0) & (charges[1:] <= 0))
    if not len(reversals):
        return np.zeros_like(times)
    first = int(reversals[0])
    if first < len(HOLDING) - 1:
        # So near that the slope says more.
        return (currents[0] - currents[2]) / (potentials[2] - potentials[0])
    share = charges[first] / (charges[first] - charges[first + 1])
    reversal = potentials[first] + share * (potentials[first + 1] - potentials[first])
    return currents[1] / (reversal - potentials[1])


def _fit(stands: list, inputs: list) -> None:
    """Gives each stand the capacitance that lets the events of its synapse move it by _DRIFT."""
    _, several = _currents(stands, inputs, HOLDING[1], _EVENTS)
    steps = np.diff(_grid(), append=_COARSE[1])
    drifts = np.max(np.abs(np.cumsum(several * steps, axis=1)), axis=1) / _capacitances(stands)
    for stand, drift in zip(stands, drifts, strict=True):
        if drift > 0 and np.isfinite(drift):
            stand.cm = min(max(stand.cm * drift / _DRIFT, 1e-6), 1e12)


def _capacitances(stands: list) -> np.ndarray:
    """In nF."""
    # µF/cm² · µm² = 1e-5 nF
    return np.array([stand.cm * stand(0.5).area() * 1e-5 for stand in stands])


def _nature(responds: bool, is_same: bool, is_linear: bool, is_current: bool) -> Nature:
    if not responds:
        return Nature.NONE
    if not is_same:
        return Nature.STOCHASTIC
    if is_current:
        return Nature.CURRENT
    return Nature.LINEAR if is_linear else Nature.NONLINEAR


def _response(nature: Nature, times: np.ndarray, conductances: np.ndarray) -> Response:
    """A response without the times after its end."""
    if nature in (Nature.NONE, Nature.CURRENT, Nature.STOCHASTIC):
        return Response(nature, np.empty(0), np.empty(0))
    lasting = np.flatnonzero(np.abs(conductances) > _ENDED * np.max(np.abs(conductances)))
    end = min(len(times), int(lasting[-1]) + 2) if len(lasting) else 0
    return Response(nature, times[:end].copy(), conductances[:end].copy())


def _currents(
    stands: list, inputs: list, holding: float, events: int = 1
) -> tuple[np.ndarray, np.ndarray]:
    """The currents into the stands in nA from the event on, [stand][time], and the times in ms."""
    voltages = [h.Vector().record(stand(0.5)._ref_v) for stand in stands]
    clock = h.Vector().record(h._ref_t)
    h.dt = _FINE[0]
    h.finitialize(holding)
    for stand in stands:
        # Whatever a user's initialisation handlers did to it.
        stand.v = holding
    for connection in inputs:
        for event in range(events):
            connection.event(_BEFORE + event * _APART)
    while h.t < _BEFORE + _FINE[1] - _FINE[0] / 2:
        h.fadvance()
    h.dt = _COARSE[0]
    peak = 0.0
    last = np.array([stand.v for stand in stands])
    while h.t < _COARSE[1]:
        for _ in range(20):
            h.fadvance()
        now = np.array([stand.v for stand in stands])
        drift = np.max(np.abs(now - last))
        peak = max(peak, drift)
        last = now
        # Ten milliseconds in which no voltage moves: every response is over.
        if drift <= 1e-13 * abs(holding) or drift < _ENDED**2 * peak:
            break
    t = np.array(clock)
    v = np.array([np.array(voltage) for voltage in voltages])
    # nF · mV / ms = nA
    currents = _capacitances(stands)[:, None] * np.diff(v, axis=1) / np.diff(t)
    # A step's current is that of the states at its beginning, however long it is.
    times = t[:-1] - _BEFORE
    grid = _grid()
    after = np.array([np.interp(grid, times, each) for each in currents])
    quiet = times < -_FINE[0]
    before = currents[:, quiet].mean(axis=1) if quiet.any() else np.zeros(len(stands))
    after -= before[:, None]
    after[:, grid > times[-1]] = 0.0
    return grid, after


def _grid() -> np.ndarray:
    """The times in ms at which responses are compared: those of the runs' own steps."""
    fine = np.arange(0.0, _FINE[1], _FINE[0])
    return np.concatenate([fine, np.arange(_FINE[1], _COARSE[1], _COARSE[0])])
