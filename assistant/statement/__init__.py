"""A text, read: what it says that can be checked.

Pure rules over one text, in English or Arabic. Words that say the same in both languages stand in
`lexicon/concepts.txt`, places in `lexicon/places.txt`; so a claim in one language can be laid
beside evidence in the other.
"""

from assistant.statement.dates import Day, Weekdays
from assistant.statement.numbers import Number
from assistant.statement.reading import Name, Place, Statement, Word, read_statement
from assistant.statement.terms import PEOPLE
from assistant.statement.tokens import Token, tokens_of

__all__ = [
    "PEOPLE",
    "Day",
    "Name",
    "Number",
    "Place",
    "Statement",
    "Token",
    "Weekdays",
    "Word",
    "read_statement",
    "tokens_of",
]
