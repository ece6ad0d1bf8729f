"""cch: which teacher modality is worth distilling from, told before training.

    r = cch.rank(student=x, teachers={"depth": z}, labels=y)
    r.verdict, r["depth"].chance

What these functions return is what the program ``cch`` prints: the same documents, made by the same
code from arrays in memory.
"""

from cch import gaussian
from cch._calls import check, estimate, inspect, load, rank
from cch._core import version as __version__
from cch._errors import CchError, CchWarning, DataError, Fault, RunError, UsageError
from cch._inputs import Array, from_anndata
from cch._pilot import pilot
from cch._results import Chance, Check, Estimate, Ranking, Result, Solution, Teacher, Value, Warning
from cch._study import read_study

__all__ = [
    "Array",
    "CchError",
    "CchWarning",
    "Chance",
    "Check",
    "DataError",
    "Estimate",
    "Fault",
    "Ranking",
    "Result",
    "RunError",
    "Solution",
    "Teacher",
    "UsageError",
    "Value",
    "Warning",
    "__version__",
    "check",
    "estimate",
    "from_anndata",
    "gaussian",
    "inspect",
    "load",
    "pilot",
    "rank",
    "read_study",
]
