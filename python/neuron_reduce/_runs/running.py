"""Runs of a user's cell, full and reduced, in the process they are called in."""

from __future__ import annotations

import contextlib
import dataclasses
import inspect
import math
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from neuron import h, hoc, nrn

from .._processes import copies, tasks
from .._session import cells, collect, gone
from .._session.naming import OWN
from ..errors import ArgumentError, CellError, EngineError, SimulatorError, SynapseError
from ..recording import Recording
from ..reduction import Reduction, reduce
from . import native

Site = tuple[str, float]

CEILINGS = ("half the time step", "weights 0.1 % larger")
"""Changes of the full cell that should not matter: how close it comes to itself with them is how
close a reduced cell can be asked to come."""

WEIGHT_CHANGE = 1.001

# Along the longest path of the largest dendrite, as shares of its length.
_SITE_SHARES = (0.25, 0.5, 0.75)


_refusals: list[SimulatorError] | None = None
"""Of calls that were made by the model that runs now; None where none runs."""


def check_that_it_can_run(make_cell) -> None:
    """Before anything is run.

    :raises ArgumentError: where ``make_cell`` cannot be called.
    :raises SimulatorError: where cells cannot be run in copies of this session.
    """
    if not callable(make_cell):
        raise ArgumentError(
            f"make_cell is {collect.described(make_cell)}; expected a function that is called with "
            "a seed and returns (cell, synapses, netcons)"
        )
    copies.check_that_session_can_be_copied()
    if _refusals is not None:
        # A copy would run the same model, which would call again, without end.
        _refusals.append(
            SimulatorError(
                "this was called by a model while it ran, in a process that evaluate() or tune() "
                "started, as by an initialisation handler; expected a call between runs"
            )
        )
        raise _refusals[-1]


@dataclasses.dataclass(frozen=True)
class Protocol:
    """How cells are run.

    :ivar tstop: until when, in ms.
    :ivar dt: time step in ms.
    :ivar v_init: initial potential in mV; None for the session's.
    :ivar celsius: temperature in °C; None for the session's.
    :ivar sites: what is recorded beside the soma; None for a choice of places on the largest
        dendrite.
    """

    tstop: float
    dt: float
    v_init: float | None
    celsius: float | None
    sites: tuple[Site, ...] | None

    @classmethod
    def checked(cls, tstop, dt, v_init, celsius, sites) -> Protocol:
        """:raises ArgumentError: where an argument has no meaning."""
        return cls(
            _positive(tstop, "tstop", "ms"),
            _positive(dt, "dt", "ms"),
            None if v_init is None else _finite(v_init, "v_init", "mV"),
            None if celsius is None else _finite(celsius, "celsius", "°C"),
            None if sites is None else _sites(sites),
        )


@dataclasses.dataclass(frozen=True)
class Model:
    """What a user's ``make_cell`` made.

    :ivar cell: as :func:`reduce` is given it.
    :ivar subject: what has its soma: itself, or what was found of sections and roles.
    :ivar kept: what else it returned, which is to live as long.
    :ivar resets: what is to be called before each run.
    """

    cell: Any
    subject: Any
    synapses: Sequence[Any]
    netcons: Sequence[Any]
    kept: Any
    resets: tuple[Callable[[], Any], ...]

    @classmethod
    def made(
        cls,
        make_cell: Callable[[Any], Any],
        seed,
        called: str = "make_cell",
        options: Mapping[str, Any] | None = None,
    ) -> Model:
        """
        :param options: arguments of :func:`reduce`, which may say what soma, apical and axon are.
        :param called: what errors call it.
        :raises ArgumentError: where it returns something else than was expected.
        """
        made = make_cell(seed)
        parts = made if issubclass(type(made), tuple | list) else (made,)
        resets = tuple(filter(None, map(_reset_of, parts)))
        if len(parts) >= 3:
            cell, synapses, netcons = parts[:3]
        else:
            try:
                cell, synapses, netcons = made.cell, made.synapses, made.netcons
            except (AttributeError, ReferenceError):
                raise ArgumentError(
                    f"{called} returned {collect.described(made)}; expected (cell, synapses, "
                    "netcons), perhaps with more to keep alive, or an object with these three"
                ) from None
        roles = [(options or {}).get(name) for name in ("soma", "apical", "axon")]
        subject = cells.with_soma(cell, f"the cell of {called}", *roles)
        return cls(cell, subject, synapses, netcons, made, resets)

    def reduced(self, arguments: dict[str, Any]) -> Reduction:
        """The model's reduction, which consumes its cell."""
        return reduce(self.cell, self.synapses, self.netcons, in_place=True, **arguments)


def recorded(model: Model, protocol: Protocol) -> tuple[nrn.Section, dict[Site, Any]]:
    """The full cell's soma, and the segments that are recorded beside it, by their sites.

    :raises ArgumentError: where the cell has no such section.
    """
    soma = collect.sections(model.subject, "soma")[0]
    tree = {section.name(): section for section in soma.wholetree()}
    sites = _sites_on(model.subject, soma) if protocol.sites is None else protocol.sites
    places = {}
    for name, x in sites:
        section = collect.by_name(tree, name)
        if section is None:
            raise ArgumentError(
                f"sites has {name!r}; expected the name of one section of "
                f"{collect.described(model.subject)}, such as {next(reversed(tree))!r}"
            )
        places[section.name(), x] = section(x)
    return soma, places


def run_full(
    model: Model,
    protocol: Protocol,
    ceiling: bool,
    done: Callable[[str], None],
    engine: str = native.NEURON,
) -> tuple[Recording, dict[str, Recording]]:
    """Runs the full cell, and with changes that should not matter where ceilings are wanted.

    :param done: told after each run what it was.
    :param engine: see :func:`run`; what ran the cell runs it with changes, too.
    """
    soma, places = recorded(model, protocol)
    full = run(model, model.subject, soma, places, protocol, engine)
    done(f"full cell, {full.seconds:.1f} s")
    if not ceiling:
        return full, {}
    others = NATIVE_AGAIN if native.is_by_engine(full) else native.NEURON
    halved = dataclasses.replace(protocol, dt=protocol.dt / 2)
    ceilings = {CEILINGS[0]: run(model, model.subject, soma, places, halved, others)}
    done(f"full cell, {CEILINGS[0]}")
    with _larger_weights(model.netcons):
        ceilings[CEILINGS[1]] = run(model, model.subject, soma, places, protocol, others)
    done(f"full cell, {CEILINGS[1]}")
    return full, ceilings


def reduced_in_copy(
    model: Model, protocol: Protocol, arguments: dict[str, Any], engine: str
) -> str | None:
    """Reduces a copy of a model: what cannot be reduced should not be run for hours first.

    :returns: what the engine will compile of the reduced cell; None where it will not run it.
    """

    def work() -> str | None:
        _set(model, protocol)
        # Without one the reduction says what is wrong.
        somas = collect.sections(model.subject, "soma")[:1]
        is_left_to_neuron = engine == native.NEURON or (
            engine == native.AUTO
            and any(native.reason_against(each, protocol.tstop, protocol.dt) for each in somas)
        )
        reduction = model.reduced(arguments)
        return None if is_left_to_neuron else native.source(reduction.cell)

    return tasks.result_in_copy(work)


def run_reduced(
    model: Model, reduction: Reduction, full: Recording, protocol: Protocol, engine: str
) -> Recording:
    """Runs the reduced cell of a model.

    :param full: of the full cell, whose sites are recorded; where there is a choice, the same runs
        the reduced cell, so that their times can be compared.
    :param engine: see :func:`run`.
    """
    places = {(name, x): reduction.place(name, x) for name, x in full.dendrites}
    if engine == native.AUTO:
        engine = AUTO_ANYWAY if native.is_by_engine(full) else NEURON_AS_WELL
    soma = next(iter(reduction.cell.somatic))
    return run(model, reduction.cell, soma, places, protocol, engine)


AUTO_ANYWAY = "auto, however short the run"
NEURON_AS_WELL = "NEURON, as it ran the full cell"
NATIVE_AGAIN = "native, of a cell that was compared with NEURON before"


def run(
    model: Model,
    cell: Any,
    soma: nrn.Section,
    places: dict[Site, Any],
    protocol: Protocol,
    engine: str = native.NEURON,
) -> Recording:
    """Runs a cell from the start, with a fixed time step, and takes the processor time.

    :param places: segments to record, by the site they stand for.
    :param engine: ``'neuron'`` for NEURON, ``'native'`` for the engine, ``'auto'`` for the engine
        where it can and NEURON elsewhere; or one of the constants above.
    :raises EngineError: the engine cannot run the cell, and has to.
    """
    _set(model, protocol)
    reason = ""
    if engine == NEURON_AS_WELL:
        reason = "it ran the full cell, and their times can be compared"
    elif engine == native.AUTO:
        reason = native.reason_against(soma, protocol.tstop, protocol.dt)
    if engine != native.NEURON and not reason:
        try:
            return native.run(cell, soma, places, protocol.tstop, engine != NATIVE_AGAIN)
        except (CellError, EngineError, SynapseError) as error:
            if engine not in (native.AUTO, AUTO_ANYWAY):
                raise
            reason = str(error)
    simulator = f"NEURON: {reason}" if reason else "NEURON"
    return _run_by_neuron(soma, places, simulator)


def _set(model: Model, protocol: Protocol) -> None:
    """Sets the session for a run."""
    h.CVode().active(0)
    h.dt, h.steps_per_ms, h.tstop = protocol.dt, 1 / protocol.dt, protocol.tstop
    if protocol.v_init is not None:
        h.v_init = protocol.v_init
    if protocol.celsius is not None:
        h.celsius = protocol.celsius
    # As the run itself would.
    h.setdt()
    for reset in model.resets:
        reset()


def _run_by_neuron(soma: nrn.Section, places: dict[Site, Any], simulator: str) -> Recording:
    clock = h.Vector().record(h._ref_t)
    somatic = h.Vector().record(soma(0.5)._ref_v)
    dendritic = {site: h.Vector().record(place._ref_v) for site, place in places.items()}
    # Not wall time: other processes run meanwhile, and this one has one thread.
    start = time.process_time()
    with _model_runs():
        h.run()
    seconds = time.process_time() - start
    return Recording(clock, somatic, dendritic, seconds, simulator)


@contextlib.contextmanager
def _model_runs() -> Iterator[None]:
    global _refusals
    _refusals = []
    try:
        yield
    except RuntimeError:
        # NEURON does not say what was raised in a callback.
        if _refusals:
            raise _refusals[0] from None
        raise
    finally:
        _refusals = None


@contextlib.contextmanager
def _larger_weights(netcons: Sequence[Any]) -> Iterator[None]:
    before = [netcon.weight[0] for netcon in netcons]
    try:
        for netcon, weight in zip(netcons, before, strict=True):
            netcon.weight[0] = weight * WEIGHT_CHANGE
        yield
    finally:
        for netcon, weight in zip(netcons, before, strict=True):
            netcon.weight[0] = weight


def _reset_of(part) -> Callable[[], Any] | None:
    """A method ``reset`` of what is no object of NEURON's."""
    if issubclass(type(part), hoc.HocObject) or gone.is_gone(part):
        return None
    reset = getattr(part, "reset", None)
    return reset if callable(reset) else None


def _sites_on(cell, soma: nrn.Section) -> tuple[Site, ...]:
    """Places along the longest path of the largest dendrite."""
    axon = collect.sections(cell, "axonal") or collect.sections(cell, "axon")
    somatic = collect.sections(cell, "soma")
    stems = [
        child
        for section in somatic
        for child in section.children()
        if child not in somatic
        and child not in axon
        and not any(word in child.name() for word in ("axon", "hill"))
    ]
    if not stems:
        return ()
    largest = max(stems, key=lambda stem: sum(section.nseg for section in stem.subtree()))
    paths = {}
    for section in largest.subtree():
        parent = section.parentseg()
        before = paths.get(parent.sec.name(), (0.0, ()))
        # As if all began at the end of their parent: this is a choice of places, no measurement.
        paths[section.name()] = (before[0] + section.L, (*before[1], section))
    length, path = max(paths.values(), key=lambda each: each[0])
    sites = []
    for share in _SITE_SHARES:
        rest = share * length
        for section in path:
            if rest <= section.L:
                index = min(int(rest / section.L * section.nseg), section.nseg - 1)
                site = section.name(), (index + 0.5) / section.nseg
                if site not in sites:
                    sites.append(site)
                break
            rest -= section.L
    return tuple(sites)


def reduction_arguments(method, frequency, segments, options: dict[str, Any]) -> dict[str, Any]:
    """What is handed to :func:`reduce`.

    :raises TypeError: where an option is none of its arguments, or not free: in the copy of the
        process cells are reduced in place.
    """
    parameters = inspect.signature(reduce).parameters
    known = [
        name
        for name, each in parameters.items()
        if each.kind is each.KEYWORD_ONLY and name not in ("in_place", "clamps")
    ]
    for name in options:
        if name not in known:
            own = OWN.own_name(name)
            expected = f"some of: {', '.join(known)}" if own is None else f"{own!r}"
            raise TypeError(
                f"{name!r} is no argument of reduce() that can be chosen here; expected {expected}"
            )
    return {"method": method, "frequency": frequency, "segments": segments, **options}


def kept_sites(keep_sites, protocol: Protocol) -> dict[str, Any]:
    """What is handed to :func:`reduce` where it is to keep what is recorded.

    :raises ArgumentError: where there are no places to keep.
    """
    if not collect.truth(keep_sites, "keep_sites"):
        return {}
    if not protocol.sites:
        raise ArgumentError(
            "keep_sites is true and sites names no place; expected the places to keep: pairs of a "
            "section's name and a position on it, 0 to 1"
        )
    return {"sites": list(protocol.sites)}


def worker_count(workers, default: int) -> int:
    """:raises ArgumentError: where it is no number of processes."""
    if workers is None:
        return default
    if type(workers) is int and workers > 0:
        return workers
    raise ArgumentError(
        f"workers is {collect.described(workers)}; expected a number of processes, 1 or more"
    )


def start(tstart, protocol: Protocol) -> float:
    """From when runs are compared, in ms.

    :raises ArgumentError: where it is no time before their end.
    """
    found = _finite(tstart, "tstart", "ms")
    if not 0 <= found < protocol.tstop:
        raise ArgumentError(
            f"tstart is {found:g}; expected a number of ms, 0 or greater and less than tstop, "
            f"{protocol.tstop:g}"
        )
    return found


def listed(values, argument: str, expected: str) -> list[Any]:
    """Several values, at least one and none of them twice.

    :raises ArgumentError: where there are none, or they cannot be gone through.
    """
    try:
        found = [] if issubclass(type(values), str) else list(values)
        if lost := gone.first(found, argument):
            place, what = lost
            raise ArgumentError(f"{place} is {collect.described(what)}; expected {expected}")
        found = list(dict.fromkeys(found))
    except (TypeError, ReferenceError):
        found = []
    if not found:
        raise ArgumentError(f"{argument} is {collect.described(values)}; expected {expected}")
    return found


def _finite(value, argument: str, unit: str) -> float:
    expected = f"a finite number of {unit}"
    number = collect.number(value, argument, expected)
    if not math.isfinite(number):
        raise ArgumentError(f"{argument} is {number}; expected {expected}")
    return number


def _positive(value, argument: str, unit: str) -> float:
    number = _finite(value, argument, unit)
    if number <= 0:
        raise ArgumentError(f"{argument} is {number}; expected a number of {unit} greater than 0")
    return number


def _sites(sites) -> tuple[Site, ...]:
    expected = "pairs of a section's name and a position on it, 0 to 1"
    try:
        found = tuple((name, float(x)) for name, x in sites)
    except (TypeError, ValueError, ReferenceError):
        found = None
    if found is None or not all(type(name) is str and 0 <= x <= 1 for name, x in found):
        raise ArgumentError(f"sites is {collect.described(sites)}; expected {expected}")
    return found
