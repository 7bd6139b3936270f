"""Copies of the process: what happens to them, and that nothing is left of them."""

from __future__ import annotations

import errno
import os
import resource
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from neuron import h

import neuron_reduce
from isolated import isolated, note
from models import made, small_cell
from neuron_reduce import SimulatorError, WorkerError
from neuron_reduce._processes import copies, signals, tasks
from refusal import failure_of

SETTINGS = {"method": "classic", "tstop": 5.0, "seeds": (1,), "ceiling": False, "progress": False}

needs_proc = pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="needs /proc")


def _children() -> list[str]:
    found = []
    for path in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            name, rest = path.read_text().rsplit(")", 1)
            if int(rest.split()[1]) == os.getpid():
                found.append(name)
    return found


class _Left:
    """What there is of descriptors, children and signals, before and after."""

    def __init__(self) -> None:
        self._before = self._now()

    @staticmethod
    def _now() -> tuple[Any, ...]:
        mask = signal.pthread_sigmask(signal.SIG_BLOCK, ())
        handlers = [signal.getsignal(each) for each in (signal.SIGINT, signal.SIGCHLD)]
        return len(os.listdir("/proc/self/fd")), _children(), mask, handlers

    def check(self) -> None:
        assert self._now() == self._before, "descriptors, children, signals"


def _answer() -> int:
    return 42


def _call(function: Callable[..., Any] = _answer, timeout: float = 20.0) -> Any:
    return copies.call(function, timeout=timeout)


@needs_proc
@isolated
def test_more_open_files_than_select_can_wait_for() -> None:
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    if most != resource.RLIM_INFINITY and most < 1200:
        pytest.skip(f"this machine has {most} open files at most")
    resource.setrlimit(resource.RLIMIT_NOFILE, (1200, most))
    files = [os.open(os.devnull, os.O_RDONLY) for _ in range(1100)]
    left = _Left()
    assert _call() == 42
    assert neuron_reduce.evaluate(made.make, **SETTINGS).cases
    model = small_cell.model()
    neuron_reduce.reduce(model.cell, model.drive.synapses, model.drive.netcons)
    left.check()
    assert files


def _reduce() -> Any:
    model = small_cell.model()
    return neuron_reduce.reduce(model.cell, model.drive.synapses, model.drive.netcons)


def _evaluate() -> Any:
    return neuron_reduce.evaluate(made.make, **SETTINGS)


def _tune() -> Any:
    return neuron_reduce.tune(made.make, tstop=5, methods=("classic",), progress=False)


def _with_template() -> Any:
    """The template is tried in a copy."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "Tried.hoc"
        path.write_text(
            "begintemplate Tried\n"
            "public soma, dend, apic, axon, all, somatic, basal, apical, axonal\n"
            "create soma[1], dend[1], apic[1], axon[1]\n"
            "objref all, somatic, basal, apical, axonal\n"
            "proc init() {\nforall delete_section()\nall = new SectionList()\n"
            "somatic = new SectionList()\nbasal = new SectionList()\n"
            "apical = new SectionList()\naxonal = new SectionList()\n}\n"
            "endtemplate Tried\n"
        )
        return small_cell.model().reduce(model_filename=path)


CALLS = [_call, _reduce, _evaluate, _tune]


@needs_proc
@pytest.mark.parametrize("call", CALLS)
@isolated
def test_no_descriptors_left(call: Callable[[], Any]) -> None:
    # The limit is one of numbers, of which none below is to be free.
    highest = max(map(int, os.listdir("/proc/self/fd")))
    while os.dup(0) < highest:
        pass
    used = os.dup(0) + 1
    left = _Left()
    limits = resource.getrlimit(resource.RLIMIT_NOFILE)
    for room in range(4):
        note(f"room for {room}")
        resource.setrlimit(resource.RLIMIT_NOFILE, (used + room, limits[1]))
        try:
            kind, message = failure_of(call)
        finally:
            resource.setrlimit(resource.RLIMIT_NOFILE, limits)
        if kind is None:
            assert room >= 2
        else:
            assert kind is SimulatorError, message
            assert "open files" in message
            assert "ulimit -n" in message
        left.check()
    assert call() is not None


@needs_proc
@pytest.mark.parametrize(
    ("number", "named"), [(errno.EAGAIN, "ulimit -u"), (errno.ENOMEM, "memory")]
)
@pytest.mark.parametrize("call", [*CALLS, _with_template])
@isolated
def test_no_processes_left(
    call: Callable[[], Any], number: int, named: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fork() -> int:
        raise OSError(number, os.strerror(number))

    left = _Left()
    with monkeypatch.context() as patch:
        patch.setattr(os, "fork", fork)
        with pytest.raises(SimulatorError, match=named):
            call()
    left.check()
    assert call() is not None


@needs_proc
@isolated
def test_second_process_that_cannot_be_made(monkeypatch: pytest.MonkeyPatch) -> None:
    """The first one is ended."""
    fork = os.fork
    calls: list[int] = []

    def one() -> int:
        calls.append(1)
        if len(calls) > 1:
            raise BlockingIOError(errno.EAGAIN, "no more")
        return fork()

    left = _Left()
    monkeypatch.setattr(os, "fork", one)
    work = [tasks.Task(str(each), lambda note: time.sleep(600)) for each in range(2)]
    with pytest.raises(SimulatorError, match="no more"):
        list(tasks.finished(work, 2))
    left.check()


@pytest.mark.parametrize("has_handle", [True, False])
@pytest.mark.parametrize("handler", ["ignored", "collected by a handler"])
@isolated
def test_children_that_others_wait_for(
    handler: str, has_handle: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not has_handle:
        monkeypatch.delattr(os, "pidfd_open", raising=False)

    def collect(*_: Any) -> None:
        with suppress(ChildProcessError):
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass

    signal.signal(signal.SIGCHLD, signal.SIG_IGN if handler == "ignored" else collect)
    assert _call() == 42
    assert _evaluate().cases
    assert _reduce().record.notes == []
    assert _with_template()
    with pytest.raises(WorkerError, match=r"seed 1: it (ended|was|exited)"):
        neuron_reduce.evaluate(lambda seed: os._exit(5), **SETTINGS)
    assert signal.getsignal(signal.SIGCHLD) == (signal.SIG_IGN if handler == "ignored" else collect)


@pytest.mark.parametrize("has_handle", [True, False])
@pytest.mark.parametrize("ends", [False, True])
@isolated
def test_process_that_leaves_another_behind(
    ends: bool, has_handle: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not has_handle:
        monkeypatch.delattr(os, "pidfd_open", raising=False)
    path = tmp_path / "process"

    def work() -> int:
        if (process := os.fork()) == 0:
            time.sleep(600)
            os._exit(0)
        path.write_text(str(process))
        if ends:
            os._exit(3)
        return 42

    if ends:
        with pytest.raises(copies.CopyFailed, match="exited with 3"):
            _call(work)
    else:
        assert _call(work) == 42
    # It lives: its own business is its own.
    os.kill(int(path.read_text()), signal.SIGKILL)


@isolated
def test_process_that_comes_back_twice() -> None:
    """A fork in make_cell whose child goes on as if it were the parent."""

    def work() -> int:
        return 1 if os.fork() else 2

    for _ in range(10):
        assert _call(work) == 1


@isolated
def test_exception_known_only_in_the_copy(tmp_path: Path) -> None:
    (tmp_path / "only_there.py").write_text(
        "class ModelError(Exception): pass\n"
        "def build(): raise ModelError('morphology file lost.swc not found')\n"
    )

    def make(seed: int) -> Any:
        sys.path.insert(0, str(tmp_path))
        import only_there  # type: ignore[import-not-found]

        return only_there.build()

    calls: list[Callable[[], Any]] = [
        lambda: neuron_reduce.evaluate(make, **SETTINGS),
        lambda: neuron_reduce.tune(make, tstop=5, progress=False),
    ]
    for call in calls:
        with pytest.raises(WorkerError, match=r"ModelError: morphology file lost\.swc") as caught:
            call()
        assert "in build" in str(caught.value.__cause__)


class _Here(Exception):
    """Means something else in another process."""

    process = os.getpid()

    def __reduce__(self) -> Any:
        return _made_here, (os.getpid(),)


def _made_here(process: int) -> Exception:
    return _Here("some text") if process == os.getpid() else ValueError("what was it?")


class _Odd(Exception):
    def __str__(self) -> str:
        raise RuntimeError("no")


class _Result:
    def __reduce__(self) -> Any:
        return _fail_elsewhere, (os.getpid(),)


def _fail_elsewhere(process: int) -> None:
    if process != os.getpid():
        raise OSError("this is not where it was made")


def _nested(depth: int) -> Any:
    result: Any = []
    for _ in range(depth):
        result = [result]
    return result


def _raising(error: BaseException) -> Callable[[], Any]:
    def work() -> None:
        raise error

    return work


@pytest.mark.parametrize(
    ("work", "kind", "text"),
    [
        (_raising(_Here("some text")), WorkerError, "_Here: some text"),
        (_raising(_Odd()), WorkerError, "_Odd: an exception that cannot be shown"),
        (_raising(ValueError("Ω \ud800")), ValueError, "Ω"),
        (_raising(GeneratorExit("x")), WorkerError, "GeneratorExit: x"),
        (lambda: lambda: 3, Exception, "pickle"),
        (lambda: threading.Lock(), TypeError, "pickle"),
        (lambda: _nested(100_000), RecursionError, "recursion"),
        (lambda: _Result(), WorkerError, "OSError: this is not where it was made"),
    ],
)
@isolated
def test_what_cannot_be_brought_back(work: Any, kind: type, text: str) -> None:
    with pytest.raises(kind, match=text) as caught:
        tasks.result_in_copy(work)
    assert caught.value.__cause__ is not None


@isolated
def test_large_results_and_many_notes() -> None:
    size = 50_000_000
    seen: list[str] = []

    def work(note: Callable[[str], None]) -> bytes:
        for index in range(3000):
            note(f"note {index} \ud800")
        return bytes(size)

    task = tasks.Task("large", work)
    ((_, result),) = tasks.finished([task], 1, lambda index, text: seen.append(text))
    assert len(result) == size
    assert len(seen) == 3000


@isolated
def test_own_errors_are_no_failures_of_the_copy() -> None:
    with pytest.raises(AttributeError, match="trapezoid"):
        _call(_raising(AttributeError("no trapezoid")))
    with pytest.raises(copies.CopyFailed, match=r"^RuntimeError: the reason$"):
        _call(_raising(RuntimeError("where\nthe reason\n")))
    with pytest.raises(copies.TookTooLong, match=r"more than 0\.2 s"):
        _call(lambda: time.sleep(600), timeout=0.2)


@isolated
def test_signals_and_streams_of_the_copy(capfd: pytest.CaptureFixture[str]) -> None:
    """Handlers are for the parent; what it had not written yet is written once."""
    calls: list[Any] = []
    for number in (signal.SIGTERM, signal.SIGUSR1):
        signal.signal(number, lambda *_: calls.append(1))
    reader, writer = os.pipe()
    os.set_blocking(writer, False)
    signal.set_wakeup_fd(writer)

    def work() -> Any:
        for number in (signal.SIGUSR1, signal.SIGINT):
            signal.raise_signal(number)
        print("in the copy")
        return calls, signal.getsignal(signal.SIGTERM), signal.pthread_sigmask(signal.SIG_BLOCK, ())

    print("before", end=" ")
    assert tasks.result_in_copy(work) == ([], signal.SIG_DFL, set())
    assert _call(work) == ([], signal.SIG_DFL, set())
    sys.stdout.flush()
    assert capfd.readouterr().out == "before in the copy\n"
    signal.set_wakeup_fd(-1)
    os.set_blocking(reader, False)
    with pytest.raises(BlockingIOError):
        os.read(reader, 1)


@isolated
def test_closed_standard_streams() -> None:
    for descriptor in range(3):
        os.close(descriptor)
    assert _call(lambda: (print("nowhere"), 42)[1]) == 42
    assert tasks.result_in_copy(lambda: 42) == 42


@isolated
def test_threads_that_call_at_once() -> None:
    results: dict[int, Any] = {}

    def work(index: int) -> None:
        results[index] = _call(), _evaluate().cases[0].full.soma.tolist()

    threads = [threading.Thread(target=work, args=(index,)) for index in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(results) == 4
    assert all(each == results[0] for each in results.values())


@isolated
def test_copies_of_copies() -> None:
    inner = []

    def make(seed: int) -> Any:
        inner.append(_evaluate())
        return made.make(seed)

    settings = {**SETTINGS, "method": "lumped"}
    found, expected = (neuron_reduce.evaluate(each, **settings) for each in (make, made.make))
    assert inner == []
    assert found.cases[0].reduced.soma.tolist() == expected.cases[0].reduced.soma.tolist()


@pytest.mark.parametrize("kind", [0, 1, 2, 3, "event"])
@pytest.mark.parametrize("call", [_evaluate, _tune])
@isolated
def test_calls_by_a_model_that_runs(call: Callable[[], Any], kind: int | str) -> None:
    """The copies would run the same model, which would call again, without end."""
    found: list[BaseException] = []

    def called() -> None:
        try:
            call()
        except BaseException as error:
            found.append(error)
            raise

    model = small_cell.model()
    if kind == "event":
        handler = h.FInitializeHandler(1, lambda: h.CVode().event(1.0, called))
    else:
        handler = h.FInitializeHandler(kind, called)
    h.tstop = 2
    with suppress(RuntimeError):
        h.run()
    assert handler
    assert [type(each) for each in found] == [SimulatorError]
    assert "expected" in str(found[0])
    assert model


_LINES = """
import gc, os, signal, sys, time
sys.path[:0] = {tests!r}.split(os.pathsep)
from neuron import h
from neuron_reduce._processes import copies, tasks
from test_processes import _Left

count = 0
last = 0

def trace(frame, event, argument):
    global count
    if os.getpid() != own or "_processes" not in frame.f_code.co_filename:
        return None
    # An interrupt in a finalizer is Python's to lose.
    caller = frame
    while caller is not None:
        if caller.f_code.co_name == "__del__":
            return None
        caller = caller.f_back
    if event == "line":
        count += 1
        if count == last:
            signal.raise_signal(signal.SIGINT)
    return trace

def work(note):
    note("begun")
    return bytes(100_000)

own = os.getpid()
left = _Left()
while count >= last:
    count, last = 0, last + 1
    sys.settrace(trace)
    try:
        works = [tasks.Task(str(each), work) for each in range(3)]
        found = dict(tasks.finished(works, 2))
    except KeyboardInterrupt:
        found = None
    finally:
        sys.settrace(None)
    assert found is None or count < last, (count, last)
    left.check()
print("lines", last)
"""


@needs_proc
def test_interruption_at_every_line() -> None:
    """The user's interrupt leaves no process, no descriptor, and no signal held."""
    script = _LINES.format(tests=os.pathsep.join(sys.path))
    output = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, timeout=300
    )
    assert output.stdout.startswith("lines "), output.stderr
    # Unraisable ones, such as in a callback of Python's own, are lost interrupts.
    assert "Exception ignored" not in output.stderr
    assert int(output.stdout.split()[1]) > 100


@isolated
def test_held_signals_come_at_the_end() -> None:
    calls: list[str] = []
    signal.signal(signal.SIGUSR1, lambda *_: calls.append("handled"))
    with signals.held():
        os.kill(os.getpid(), signal.SIGUSR1)
        for _ in range(100):
            calls.append("held")
    assert calls == ["held"] * 100 + ["handled"]


@pytest.mark.parametrize("stream", ["none", "closed", "descriptor closed"])
@isolated
def test_progress_that_nobody_can_read(stream: str, monkeypatch: pytest.MonkeyPatch) -> None:
    if stream == "none":
        monkeypatch.setattr(sys, "stderr", None)
    else:
        writer = open(os.devnull, "w")  # noqa: SIM115
        monkeypatch.setattr(sys, "stderr", writer)
        if stream == "closed":
            writer.close()
        else:
            os.close(writer.fileno())
    evaluation = neuron_reduce.evaluate(made.make, tstop=5.0, seeds=[1], ceiling=False)
    assert len(evaluation.cases) == 1
