"""What the tests that use NEURON have in common."""

from __future__ import annotations

import os
import signal
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from browsing import browser

__all__ = ["browser"]

PROJECT = Path(__file__).resolve().parents[2]

os.environ.setdefault("NEURON_MODULE_OPTIONS", "-nogui")

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    # As a shell's background jobs have it, and every process that is begun here would.
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(scope="session")
def cache() -> Path:
    """Folder that keeps what is fetched or compiled, from one run to the next."""
    return Path(os.environ.get("NEURON_REDUCE_CACHE", PROJECT / ".cache"))


@pytest.fixture
def private_folder() -> Iterator[Path]:
    """A folder such as a cache may be in: pytest's own may be below one that others can write."""
    with tempfile.TemporaryDirectory(prefix="neuron-reduce-tests-") as name:
        yield Path(name).resolve()


@pytest.fixture(scope="session")
def h() -> Any:
    """NEURON, with its standard run system."""
    from neuron import h

    h.load_file("stdrun.hoc")
    return h


@pytest.fixture
def clean_session(h: Any) -> Iterator[Any]:
    """NEURON without any section, synapse or connection; the test must leave it like that."""
    import session

    assert session.left_over() == [], "an earlier test left these in the session"
    yield h
    assert session.left_over() == [], "this test left these in the session"


@pytest.fixture(scope="session")
def compiled_cells(cache: Path) -> Iterator[None]:
    """One cache of compiled cells for all tests that use it, gone afterwards."""
    assert cache
    before = os.environ.get("NEURON_REDUCE_CACHE")
    with tempfile.TemporaryDirectory(prefix="neuron-reduce-tests-") as folder:
        os.environ["NEURON_REDUCE_CACHE"] = str(Path(folder).resolve())
        yield
        if before is None:
            del os.environ["NEURON_REDUCE_CACHE"]
        else:
            os.environ["NEURON_REDUCE_CACHE"] = before
