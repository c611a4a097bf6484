"""Whether more replies are proven wrong than promised, by whatever proof and however late it comes: complaints and verdicts outside audits.

Every reply that is not proven wrong counts as right. So the proofs are at most the wrong ones among the replies that were sent, and as the
wealth rises with them it is at most that of somebody who knows all: silence can delay this alarm, never cause it.
"""

import math
from dataclasses import dataclass, replace
from datetime import datetime

import numpy as np

from model.watching.betting import limit
from model.watching.monitor import MULTIPLES_OF_ALL, alternatives

# The wealth is shown, and e to the power of more is no number.
MOST_SHOWN = 700.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Proven:
    """Of `sent` replies `wrong` are proven wrong so far; a value that depends on these two counts alone.

    alpha: the promised error rate. delta: chance of a false alarm in all rounds together. round: 1, and one more after each re-arming.
    since: start of a later round; replies that were sent before count nowhere.
    """

    alpha: float
    delta: float
    round: int = 1
    since: datetime | None = None
    sent: int = 0
    wrong: int = 0

    @property
    def log_wealth(self) -> float:
        """Log of the wealth of the bets that have been open since the first reply of the round."""
        rates = np.array(alternatives(self.alpha, MULTIPLES_OF_ALL))
        right = max(0, self.sent - self.wrong)
        logs = self.wrong * np.log(rates / self.alpha) + right * np.log((1.0 - rates) / (1.0 - self.alpha))
        return float(np.logaddexp.reduce(logs) - np.log(len(rates)))

    @property
    def wealth(self) -> float:
        """Evidence against the promise, as far as it can be written."""
        return math.exp(min(self.log_wealth, MOST_SHOWN))

    @property
    def limit(self) -> float:
        """The wealth at which the alarm sounds."""
        return limit(self.delta, self.round)

    @property
    def is_alarmed(self) -> bool:
        """More replies are proven wrong than the promise allows among all that were sent."""
        return self.log_wealth >= math.log(self.limit)

    def rearmed(self, at: datetime) -> "Proven":
        """A person trusts the replies again: a new round with the next, smaller share of `delta`."""
        return replace(self, round=self.round + 1, since=at, sent=0, wrong=0)
