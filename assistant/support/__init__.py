"""Does this text carry this statement?

The gate between what is said and what a page says. Numbers, dates, places, names, offices,
negations and quantities must agree exactly, across scripts and ways of writing; the other words
must be covered by their stems, by words that say the same in either language, or by the closeness
of the two sentences. A doubt is never support: what is neither carried nor plainly different is
`missing`.
"""

from assistant.support.compare import compare
from assistant.support.comparison import Comparison, Evidence

__all__ = ["Comparison", "Evidence", "compare"]
