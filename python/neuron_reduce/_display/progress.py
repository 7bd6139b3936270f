"""What a long call tells while it works."""

from __future__ import annotations

import contextlib
import sys
import warnings

from .._session import collect
from . import log

_NOBODY_READS = (OSError, ValueError)
"""What writing raises where stderr was closed, or its other end."""


class Progress:
    """A bar, where tqdm is installed (in a notebook one of its own, where ipywidgets is too), or
    lines on stderr; or nothing, as where there is no stderr. Each step is logged in any case.

    :param title: what is being done.
    :param total: how many steps.
    :param wanted: False for silence.
    """

    def __init__(self, title: str, total: int, wanted):
        self._title = title
        self._total = total
        self._steps = 0
        self._wanted = collect.truth(wanted, "progress") and sys.stderr is not None
        self._bar = None

    def __enter__(self) -> Progress:
        if self._wanted:
            try:
                with warnings.catch_warnings():
                    # That a notebook's bar needs ipywidgets: without, it is one of text.
                    warnings.simplefilter("ignore")
                    from tqdm.auto import tqdm
            except ImportError:
                return self
            with contextlib.suppress(*_NOBODY_READS):
                self._bar = tqdm(total=self._total, desc=self._title)
        return self

    def __exit__(self, *_) -> None:
        if self._bar is not None:
            with contextlib.suppress(*_NOBODY_READS):
                self._bar.close()

    def expect(self, count: int) -> None:
        """Tells that there are more steps than was said."""
        self._total += count
        if self._bar is not None:
            self._bar.total = self._total

    def step(self, text: str, count: int = 1) -> None:
        """Tells that a step is done, or several.

        :param text: what was done.
        """
        self._steps += count
        log.info("%s: %d of %d, %s", self._title, self._steps, self._total, text)
        with contextlib.suppress(*_NOBODY_READS):
            if self._bar is not None:
                self._bar.set_postfix_str(text, refresh=False)
                self._bar.update(count)
            elif self._wanted:
                print(f"{self._title}: {self._steps}/{self._total}, {text}", file=sys.stderr)
