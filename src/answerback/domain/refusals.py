"""Why a question has no answer yet, and what would settle it: the refusals of detection, verdicts, lift and increments.

A wrong "yes" is worse than a "cannot tell yet". Whoever may not know returns `... | CannotTell`, and the type checker
makes the caller choose. Each reason has one sentence in `answerback.present.refusals`, which says what would help.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum, auto


class Refused(StrEnum):
    """Why there is no answer; a closed list. `have` and `need` of `CannotTell` are in the unit given here.

    >>> Refused.TOO_FEW_REPS
    <Refused.TOO_FEW_REPS: 'too_few_reps'>
    """

    BASELINE_TOO_SHORT = auto()
    """Nobody is compared with a past of so few efforts. Matured efforts of the baseline."""
    TOO_SOON = auto()
    """A change of this size could not have shown yet. Weeks watched, and weeks that it takes."""
    TOO_FEW_EFFORTS_NOW = auto()
    """The time that is asked about holds too few. Matured efforts."""
    TOO_FEW_REPS = auto()
    """The system cannot be told from its members. Reps with enough efforts."""
    TOO_FEW_MANAGERS = auto()
    """Managers (or teams, cohorts, regions) are compared among at least so many. Managers."""
    ALIASED = auto()
    """Two dimensions are one in these data: everybody in one is in the other. `names` are the two."""
    NOTHING_STANDS_OUT = auto()
    """What was seen is what chance does. `have` is the least p-value after correction, `need` the level."""
    NOT_SEEN = auto()
    """Too much could not have been recorded. Shares of efforts that could be seen."""
    ANSWERS_SLOWER = auto()
    """Answers have become slower: fewer so far need not be fewer in the end. p-value, and level."""
    NOBODY_UNTREATED = auto()
    """Everybody was treated at the same time: nothing to compare with. Reps."""
    TOO_FEW_TREATED = auto()
    """Reps who were coached, trained or given the tool."""
    NO_OVERLAP = auto()
    """No treated rep had a recent rate like an untreated one's. Treated reps within the others' range."""
    WITHIN_REBOUND = auto()
    """The change is what regression to the mean alone would bring. Rise seen, and the rise to expect; shares."""
    NOT_OVER = auto()
    """The end that was fixed before lies ahead. Days gone by, and days in all."""
    NOT_FROZEN = auto()
    """Metric, baseline and end were not fixed before it began. Days late, and 0."""
    REACTIVE_UNKNOWN = auto()
    """Efforts that answer a buyer cannot be told from those that came first. Share of coverage, 0 to 1."""
    PLACEBO_FAILED = auto()
    """An effect shows where there can be none. |z|, and the largest that is let pass."""
    TOO_FEW_TOUCHES = auto()
    """Proactive efforts with both windows observed."""
    TOO_FEW_ACTS = auto()
    """Buyer actions."""
    WINDOWS_OVERLAP = auto()
    """The windows cover nearly all time. Share of account time, 0 to 1."""
    DAYS_ONLY = auto()
    """Times are known to the day only: what came first is unknown. Share of events at midnight, 0 to 1."""
    TOO_FEW_SEQUENCES = auto()
    """Runs of touches toward buyers."""
    TOO_SHORT_SEQUENCES = auto()
    """Touches of the longest runs."""
    PESTERING_OR_COLD = auto()
    """Fewer answers to later touches: pestered buyers and cold leads look alike. p-value, and level."""
    NO_HOLDOUT = auto()
    """No efforts were held out at random. Efforts held out."""
    LAG_UNKNOWN = auto()
    """How long answers take rests on too few answers. Answers to efforts that waited in full."""
    NO_RECORDS = auto()
    """Records that it rests on were never loaded. `names` are the kinds of record."""
    TOO_FEW_MOVED = auto()
    """Next steps that the curve of a step rests on."""
    STILL_COMING = auto()
    """Next steps come as late as anybody was watched. Shares of them that came in the last fifth of that time."""
    TOO_FEW_CHAINS = auto()
    """Chains that have ended."""
    CHAINS_OPEN = auto()
    """Chains that came so far and may still go on: those that do are known sooner. Shares of chains, 0 to 1."""
    NO_EXCHANGE_RATE = auto()
    """Amounts cannot be added: the playbook has no rate for some. `names` are their currencies."""
    TOO_FEW_DEALS = auto()
    """Deals that were won (or, of a win rate, that have ended)."""
    TOO_FEW_COMPANIES = auto()
    """Companies (or persons, where there is none) on the smaller side of a trial."""
    TOO_FEW_WEEKS = auto()
    """Reps with a week that counts, in the way of a trial that has fewer of them."""
    NOT_KEPT_TO = auto()
    """What was done is not what the lots said. Share of companies or weeks in which it was, 0 to 1."""
    NOT_LOADED = auto()
    """Too little of the owners' mail and calendar was loaded. Shares of the last 90 days, weighted by open deals."""
    OTHER_BUYERS = auto()
    """The buyers are others than before. Share of the change that this explains; `names`: more of what."""
    SILENT_TOGETHER = auto()
    """Several reps had no answer of one channel: they seem not to arrive. Reps; `names` is the channel."""
    SILENT_ALONE = auto()
    """One rep had no answer of one channel, all else is answered: person or tool. Answers expected; `names`: where."""
    REACHES_BACK = auto()
    """The data do not reach back far enough to know what is new. Days."""
    TOO_FEW_EARLIER = auto()
    """Nobody has enough earlier deals, or persons touched, to be held against. Those of all reps together."""
    ONE_HOLDER = auto()
    """Nobody took a territory over, so seat and person are one. Territories with two holders or more."""


@dataclass(frozen=True, slots=True)
class CannotTell:
    """No answer, and why: what there is, what it would take, and whom or what it is about.

    >>> CannotTell(Refused.TOO_FEW_REPS, have=3, need=5).need
    5
    """

    reason: Refused
    have: float = 0.0
    need: float = 0.0
    names: tuple[str, ...] = ()
