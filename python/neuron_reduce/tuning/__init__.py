"""The settings of a reduction that come close enough with the smallest tree."""

from ._call import tune
from ._candidates import Candidate
from ._front import Tuning
from ._measures import ERRORS

__all__ = ["ERRORS", "Candidate", "Tuning", "tune"]
