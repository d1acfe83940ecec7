"""The same competing ends by lifelines and scikit-survival: run by `make oracles` in an environment of their own.

Reads incidence.json (the data of survival::mgus2), writes incidence_python.json beside it. Nothing of the project is
imported, and the tests read what is written, so they need neither library.
"""

from __future__ import annotations

import json
import warnings
from importlib import import_module, metadata
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
ENDS = (1, 2)
TIE = 1e-4


def main() -> None:
    """Writes what both libraries say at the ages of the reference."""
    np, pd = import_module("numpy"), import_module("pandas")
    data = json.loads((HERE / "incidence.json").read_text(encoding="utf-8"))["data"]["mgus2"]
    age, end, months = np.array(data["age"], float), np.array(data["end"]), data["months"]
    written = {
        "source": "survival::mgus2 by lifelines.AalenJohansenFitter and sksurv.nonparametric",
        "made_by": Path(__file__).name,
        "version": ", ".join(f"{name} {metadata.version(name)}" for name in ("lifelines", "scikit-survival")),
        "data": {"months": months, "tie": TIE},
        "expected": {
            "lifelines": {str(each): _lifelines(np, pd, age, end, each, months) for each in ENDS},
            "scikit_survival": _scikit_survival(np, age, end, months),
        },
    }
    (HERE / "incidence_python.json").write_text(json.dumps(written) + "\n", encoding="utf-8")


def _lifelines(np: Any, pd: Any, age: Any, end: Any, of: int, months: list[float]) -> dict[str, list[float]]:
    """Lifelines moves ties apart at random, so they are moved apart here: by a little, ends before those that go on."""
    rank = np.empty(len(age))
    rank[np.lexsort((end == 0, age))] = np.arange(len(age))
    fitter = import_module("lifelines").AalenJohansenFitter()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        fitter.fit(pd.Series(age + TIE * rank), pd.Series(end), event_of_interest=of)
    column, spread = fitter.cumulative_density_.iloc[:, 0], fitter.variance_
    return {
        "share": [float(column[column.index <= each + 0.5].iloc[-1]) for each in months],
        "variance": [float(spread[spread.index <= each + 0.5].iloc[-1]) for each in months],
    }


def _scikit_survival(np: Any, age: Any, end: Any, months: list[float]) -> dict[str, Any]:
    estimate = import_module("sksurv.nonparametric").cumulative_incidence_competing_risks
    ages, share, ends = estimate(end, age, conf_type="log-log", var_type="Aalen")
    row = np.searchsorted(ages, months, "right") - 1
    return {
        "share": {str(each): share[each, row].tolist() for each in ENDS},
        "low": {str(each): ends[each, 0, row].tolist() for each in ENDS},
        "high": {str(each): ends[each, 1, row].tolist() for each in ENDS},
        "every_age": {"age": ages.tolist(), "share": share[1].tolist()},
    }


if __name__ == "__main__":
    main()
