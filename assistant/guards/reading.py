"""A message as the guards read it: folded words, whatever the script, spelling or disguise.

Arabic in Latin letters (Arabizi) meets Arabic script in the consonants: vowels are spelt as one
likes, so each word is also reduced to its "bones".
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from vectorstore import analysis

SCANNED_CHARS = 4_000  # of the beginning and of the end of a longer message
WORD_CHARS = 40  # bounds the work on one "word" of thousands of letters

ARABIC = re.compile("[\u0621-\u064a]")
LATIN = re.compile("[a-z]")
_DISGUISE = frozenset(("Cf", "Mn", "Me"))  # joiners, marks, tags: seen or not, they are no letters
_LOOK_ALIKES = str.maketrans(  # Cyrillic and Greek letters that pass for Latin
    "аеорсухіѕԁһкмтвнοαερικνυτхј", "aeopcyxisdhkmtbhoaepiknutxj"
)
_LATIN_TWICE = re.compile(r"([a-z])\1+")
_STRETCHED = re.compile(r"(\w)\1{2,}|([يوا])\2+\b")
_SPACED_OUT = re.compile(r"(?<!\w)(?:[^\W\d_][ .*_-]){3,}[^\W\d_](?!\w)")
_APOSTROPHE = re.compile("['’`´‘]")
_WORD = re.compile(r"[^\W_]+")
_AND = re.compile(
    r"(?<![\w*])و(?=\w{3}|(?:مش|ما|لا|مو|عم|كل|لو|بس)\b)"
)  # "and" stands before any Arabic word
_SPOKEN = {
    "im": "i am",
    "iam": "i am",
    "ive": "i have",
    "hes": "he is",
    "shes": "she is",
    "theyre": "they are",
    "u": "you",
    "plz": "please",
}
_ARABIZI_WORDS = frozenset(
    """ana enta enty e7na howa heya el w fe fi fel men 3al mesh msh mish mafeesh mafish 3ayez ayez
    3ayza badde biddi law kol ya wallah khalas beta3y fein wein shu eih eh leh emta kam bas kda keda
    elly yalli 3am jozi gozy benty ibni akhoya 7ad had bel da di dol ma ba3d 3ashan
    salam shokran shukran ezayak ezayek ahlan marhaba tamam keefak kifak sabah""".split()
)
_DIGIT_IN_WORD = re.compile(r"(?=\w*[a-z])\w*[235678]\w*")


def ends_of(text: str) -> str:
    """The text, or the beginning and the end of one that is too long to be read whole."""
    if len(text) <= 2 * SCANNED_CHARS:
        return text
    return text[:SCANNED_CHARS] + " " + text[-SCANNED_CHARS:]


def legible(text: str) -> str:
    """The text without what disguises its letters, otherwise as it was written."""
    shown = "".join(
        c
        for c in unicodedata.normalize("NFKC", text)
        if c.isascii() or unicodedata.category(c) not in _DISGUISE
    ).replace("\u0640", "")
    shown = _SPACED_OUT.sub(lambda m: re.sub(r"[ .*_-]", "", m.group()), shown)
    return shown.translate(_LOOK_ALIKES) if LATIN.search(shown.casefold()) else shown


def plain(text: str) -> str:
    """Folded words between single blanks, one blank at either end."""
    folded = _APOSTROPHE.sub("", analysis.fold(legible(text)))
    folded = _STRETCHED.sub(lambda m: m.group(1) or m.group(2), folded)
    words = (_SPOKEN.get(word, word)[:WORD_CHARS] for word in _WORD.findall(folded))
    return " " + without_and(" ".join(words)) + " "


def without_and(words: str) -> str:
    """The words without the "and" that Arabic writes onto the next word."""
    return _AND.sub("", words)


def once(text: str) -> str:
    """The text with no Latin letter twice in a row: doubling is what people misspell most."""
    return _LATIN_TWICE.sub(r"\1", text)


def is_arabizi(read: str) -> bool:
    """Whether Latin letters spell Arabic: digits inside words, or its smallest words."""
    words = read.split()
    telling = sum(w in _ARABIZI_WORDS or bool(_DIGIT_IN_WORD.fullmatch(w)) for w in words)
    return telling >= 2 or (telling == 1 and len(words) <= 5)


_LATIN_SOUNDS = (
    ("7'", "x"),
    ("3'", "g"),
    ("kh", "x"),
    ("gh", "g"),
    ("sh", "c"),
    ("ch", "c"),
    ("th", "t"),
    ("dh", "d"),
    ("ph", "f"),
)
_LATIN_BONES = str.maketrans("56789ckqpvzj", "xthgkkkkbfsg", "23aeiouyw")
_ARABIC_BONES = str.maketrans(
    "هحبتثجخدذرزسشصضطظغفقكلمن",
    "hhbttgxddrsscsdtdgfkklmn",
    "اويعء",
)
_TWICE = re.compile(r"(.)\1+")


@lru_cache(maxsize=20_000)
def bones(word: str) -> str:
    """What all spellings of an Arabic word share, in either script: its consonants."""
    if word.isdigit():
        return word
    if ARABIC.match(word):
        if word.startswith("ال") and len(word) > 4:
            word = word[2:]
        left = word.removesuffix("ه").translate(_ARABIC_BONES)
    else:
        for sound, bone in _LATIN_SOUNDS:
            word = word.replace(sound, "C" if bone == "c" else bone)
        left = word.translate(_LATIN_BONES).replace("C", "c").removesuffix("h")
    return _TWICE.sub(r"\1", left)
