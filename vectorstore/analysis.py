"""Words as the lexical index sees them: the analysis of English and of Arabic.

Three views of one text, each its own BM25 field (measured in docs/decisions/0003-ranking.md):

- words: stems without stop words;
- grams: character trigrams of the normalised words, which forgive Arabic's broken plurals and
  English misspellings;
- skeletons: consonants of names and digits, in one alphabet, which carry a name across scripts.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache

ANALYSIS_VERSION = 3  # raise it when tokens change: an index built before is then stale

_MARKS = re.compile(
    "[\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06ed\u0640\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]"
)
_ARABIC_LETTERS = str.maketrans(
    {
        "أ": "ا",
        "إ": "ا",
        "آ": "ا",
        "ٱ": "ا",
        "ى": "ي",
        "ی": "ي",
        "ئ": "ي",
        "ؤ": "و",
        "ة": "ه",
        "ک": "ك",
        "گ": "ك",
        "ڤ": "ف",
        "پ": "ب",
        "چ": "ج",
        "ء": "",
    }
)
_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
_FOREIGN_DIGIT = re.compile(r"[^\D0-9]")
# The mark comes first, what stands before it after: looked for so, it is found four times as fast.
_NUMBER = re.compile(r"[,٬،](?<=\d.)(?=\d{3}(?!\d))|٫(?<=\d.)(?=\d)")
_ARABIC = re.compile("[\u0621-\u064a]")

ENGLISH_STOP_WORDS = frozenset(
    """a about above after again all am an and any are as at be because been before being below
    between both but by can could did do does doing down during each few for from further had has
    have having he her here hers him his how i if in into is it its itself just me more most my no
    nor not now of off on once only or other our out over own s same she should so some such t than
    that the their them then there these they this those through to too under until up very was we
    were what when where which while who whom why will with would you your""".split()
)
ARABIC_STOP_WORDS = frozenset(
    """في من الى علي عن مع هو هي هم هن هذا هذه ذلك تلك التي الذي الذين اللذان اللاتي ان انه انها او
    ام ثم قد لقد كان كانت كانوا يكون تكون ما ماذا متي اين كيف كم لماذا لم لن لا ليس ليست هل
    اي ايه كل بعض بين بعد قبل عند عندما حيث حتي منذ خلال ضد لدي له لها لهم به بها بهم فيه
    فيها منه منها عليه عليها اليه اليها كما لكن بل غير سوي الا اذا لو لان كي نحو ايضا حول
    دون فقط وقد وكان وكانت وهو وهي وفي ومن وعلي والي وعن وما ولم ولا وان تم يتم يتمكن مما
    بما فيما ممن عنه عنها هناك هنا اذ يا ليه ازاي فين امتي مين ايش شو وين ده دي دا اللي عشان
    علشان""".split()
)
_AR_PREFIXES = (
    "وبال",
    "وكال",
    "وفال",
    "وال",
    "بال",
    "كال",
    "فال",
    "ولل",
    "فلل",
    "ال",
    "لل",
    "و",
    "ف",
    "ب",
    "ك",
    "ل",
)
_AR_SUFFIXES = (
    "تهما",
    "تهم",
    "تها",
    "كما",
    "هما",
    "تين",
    "تان",
    "تيه",
    "اته",
    "ات",
    "ان",
    "ون",
    "ين",
    "يه",
    "ها",
    "هم",
    "هن",
    "كم",
    "نا",
    "وا",
    "ته",
    "تي",
    "ه",
    "ي",
    "ا",
    "ت",
)


def fold(text: str) -> str:
    """The text for comparing: NFKC, lower case, ASCII digits, no marks, one alef, yeh, heh.

    Length is not kept; never use its offsets for quotes.
    """
    text = unicodedata.normalize("NFKC", text).casefold()
    text = _MARKS.sub("", text)
    if not text.isascii():
        text = _FOREIGN_DIGIT.sub(lambda found: str(unicodedata.decimal(found.group())), text)
        text = text.translate(_ARABIC_LETTERS)
        if not _ARABIC.search(text):
            text = "".join(
                c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c)
            )
    return _NUMBER.sub(lambda m: "." if m.group() == "٫" else "", text)


def without_marks(text: str) -> str:
    """The text without vowel marks, tatweel and controls, which stand inside Arabic words."""
    return _MARKS.sub("", text)


def words(text: str) -> list[str]:
    """Folded words in order, stop words included."""
    return list(_words(text))


@lru_cache(maxsize=4)  # each view of a text begins with them
def _words(text: str) -> tuple[str, ...]:
    return tuple(_WORD.findall(fold(text).replace("’", "'")))


@lru_cache(maxsize=100_000)
def stem(word: str) -> str:
    """The stem of a folded word, by its script: Snowball English, or a light Arabic stemmer."""
    if _ARABIC.match(word):
        return _arabic_stem(word)
    if word.endswith("'s"):
        word = word[:-2]
    return _english().stemWord(word.replace("'", ""))  # type: ignore[no-any-return]


@lru_cache(maxsize=1)
def _english():  # type: ignore[no-untyped-def]
    import Stemmer

    return Stemmer.Stemmer("english", 0)


def _arabic_stem(word: str) -> str:
    """Light stemming: one prefix and up to two suffixes off, never below three letters.

    After light10 (Larkey, Ballesteros, Connell 2007), with the clitics it leaves on.
    """
    for prefix in _AR_PREFIXES:
        if word.startswith(prefix) and len(word) - len(prefix) >= (3 if len(prefix) > 1 else 4):
            word = word[len(prefix) :]
            break
    for _ in range(2):
        for suffix in _AR_SUFFIXES:
            if word.endswith(suffix) and len(word) - len(suffix) >= 3:
                word = word[: -len(suffix)]
                break
        else:
            break
    return word


def is_stop_word(word: str) -> bool:
    """Whether a folded word says nothing about a text's matter."""
    return word in ENGLISH_STOP_WORDS or word in ARABIC_STOP_WORDS


def stems(text: str) -> list[str]:
    """Stems in order, without stop words."""
    return [stem(w) for w in words(text) if not is_stop_word(w)]


def stems_of(word: str) -> Sequence[str]:
    """What one folded word gives to `stems`."""
    return () if is_stop_word(word) else (stem(word),)


def grams(text: str) -> list[str]:
    """Character trigrams of the folded words, each word padded by one blank on either side."""
    return [gram for word in words(text) for gram in grams_of(word)]


def grams_of(word: str) -> Sequence[str]:
    """What one folded word gives to `grams`."""
    if is_stop_word(word):
        return ()
    padded = f" {word} "
    return [padded[i : i + 3] for i in range(len(padded) - 2)]


_LATIN_SOUNDS = (
    ("sch", "s"),
    ("sh", "s"),
    ("ch", "s"),
    ("kh", "k"),
    ("gh", "g"),
    ("th", "t"),
    ("dh", "d"),
    ("ph", "f"),
    ("ck", "k"),
    ("qu", "k"),
    ("x", "ks"),
)
_LATIN_LETTERS = str.maketrans(
    {
        "c": "k",
        "q": "k",
        "p": "b",
        "v": "f",
        "z": "s",
        "j": "g",
        "a": "",
        "e": "",
        "i": "",
        "o": "",
        "u": "",
        "y": "",
        "w": "",
        "h": "",
    }
)
_AR_SOUNDS = str.maketrans(
    {
        "ا": "",
        "و": "",
        "ي": "",
        "ه": "",
        "ع": "",
        "ح": "",
        "ب": "b",
        "ت": "t",
        "ث": "t",
        "ج": "g",
        "خ": "k",
        "د": "d",
        "ذ": "d",
        "ر": "r",
        "ز": "s",
        "س": "s",
        "ش": "s",
        "ص": "s",
        "ض": "d",
        "ط": "t",
        "ظ": "d",
        "غ": "g",
        "ف": "f",
        "ق": "k",
        "ك": "k",
        "ل": "l",
        "م": "m",
        "ن": "n",
    }
)
_NAME = re.compile(r"[A-ZÀ-Þ][^\W\d_]+|[A-Z]{2,}")
_DOUBLE = re.compile(r"(.)\1+")


@lru_cache(maxsize=100_000)
def skeleton(word: str) -> str:
    """Consonants of a folded word in one Latin alphabet: "gabr" and "جبر" both give "gbr"."""
    if word.isdigit():
        return word
    if _ARABIC.search(word):
        bones = word.translate(_AR_SOUNDS)
    else:
        for sound, letter in _LATIN_SOUNDS:
            word = word.replace(sound, letter)
        bones = word.translate(_LATIN_LETTERS)
    return _DOUBLE.sub(r"\1", "".join(c for c in bones if c.isalnum()))


def skeletons(text: str) -> list[str]:
    """Skeletons of what may be a name: capitalised Latin words, Arabic words, and numbers."""
    return [
        *(bones for name in names(text) for bones in skeletons_of_name(name)),
        *(bones for word in words(text) for bones in skeletons_of(word)),
    ]


def names(text: str) -> list[str]:
    """Capitalised Latin words in order, as they stand."""
    return _NAME.findall(unicodedata.normalize("NFKC", text))


def skeletons_of_name(name: str) -> Sequence[str]:
    """What one capitalised word gives to `skeletons`."""
    return _bones(fold(name))


def skeletons_of(word: str) -> Sequence[str]:
    """What one folded word gives to `skeletons`, names apart."""
    if _ARABIC.match(word) and not is_stop_word(word):
        for prefix in ("وال", "بال", "ال", "و", "ب", "ل"):
            if word.startswith(prefix) and len(word) - len(prefix) >= 3:
                return [*_bones(word), *_bones(word[len(prefix) :])]
        return _bones(word)
    return _bones(word) if word.isdigit() else ()


def _bones(word: str) -> Sequence[str]:
    if is_stop_word(word):
        return ()
    bones = skeleton(word)
    return (bones,) if len(bones) >= (1 if word.isdigit() else 2) else ()
