"""Vietnamese text written in the old TCVN3 and VNI fonts, turned into Unicode by evidence.

Here: the two tables, the shape of a Vietnamese syllable, deciding over a column. Not here: NFC and keys (office/text).
Invariant: text is changed only where the change makes real syllables of what were none; a healthy column stays.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from typing import NamedTuple

# TCVN 5712 (fonts .VnTime): one character a letter. U+00AD, the soft hyphen, is ư.
_TCVN3 = dict(
    zip(
        "µ¸¶·¹¨»¾¼½Æ©ÇÊÈÉË®ÌÐÎÏÑªÒÕÓÔÖ×ÝØÜÞßãáâä«åèæçé¬êíëìîïóñòô\u00adõøö÷ùúýûüþ¡¢£¤¥¦§",
        "àáảãạăằắẳẵặâầấẩẫậđèéẻẽẹêềếểễệìíỉĩịòóỏõọôồốổỗộơờớởỡợùúủũụưừứửữựỳýỷỹỵĂÂÊÔƠƯĐ",
        strict=True,
    )
)
# VNI-Windows: a vowel, then a character for its mark; a few letters be alone.
_VNI_ALONE = dict(zip("ôöñíìæóòîÔÖÑÍÌÆÓÒÎ", "ơưđíìỉĩịỵƠƯĐÍÌỈĨỊỴ", strict=True))
_TONES = {"ù": "\u0301", "ø": "\u0300", "û": "\u0309", "õ": "\u0303", "ï": "\u0323"}
_HATS = {
    "â": "\u0302",
    "á": "\u0302\u0301",
    "à": "\u0302\u0300",
    "å": "\u0302\u0309",
    "ã": "\u0302\u0303",
    "ä": "\u0302\u0323",
}
_BREVES = {
    "ê": "\u0306",
    "é": "\u0306\u0301",
    "è": "\u0306\u0300",
    "ú": "\u0306\u0309",
    "ü": "\u0306\u0303",
    "ë": "\u0306\u0323",
}
_MARKS = {
    "a": _TONES | _HATS | _BREVES,
    "e": _TONES | _HATS,
    "o": _TONES | _HATS,
    "u": _TONES,
    "y": _TONES,
    "ô": _TONES,
    "ö": _TONES,
}
_VNI = re.compile(
    "|".join(f"[{v}{v.upper()}][{''.join(m)}{''.join(m).upper()}]" for v, m in _MARKS.items())
    + f"|[{''.join(_VNI_ALONE)}]"
)

_TONE_MARKS = "\u0300\u0301\u0303\u0309\u0323"
_RHYMES = (
    "a ac ach ai am an ang anh ao ap at au ay ăc ăm ăn ăng ăp ăt âc âm ân âng âp ât âu ây e ec em en eng eo ep et "
    "ê êch êm ên ênh êp êt êu i ia ich iêc iêm iên iêng iêp iêt iêu im in inh ip it iu o oa oac oach oai oam oan "
    "oang oanh oao oap oat oay oăc oăm oăn oăng oăt oc oe oen oeo oet oi om on ong ooc oong op ot ô ôc ôi ôm ôn "
    "ông ôp ôt ơ ơi ơm ơn ơp ơt u ua uân uâng uât uây uc uê uêch uênh ui um un ung uôc uôi uôm uôn uông uôt up ut "
    "uy uya uych uyên uyêt uynh uyt uyu uơ ư ưa ưc ưi ưm ưng ươc ươi ươm ươn ương ươp ươt ươu ưt ưu y yêm yên "
    "yêng yêt yêu "
)
_ONSETS = "ngh|ng|nh|ch|gh|gi|kh|ph|qu|th|tr|[bcdđghklmnprstvx]"
_LONGEST_FIRST = "|".join(sorted(_RHYMES.split(), key=len, reverse=True))
_SYLLABLE = re.compile(rf"(?:{_ONSETS})?(?:{_LONGEST_FIRST})")
_STOPPED = re.compile(r"(?:c|ch|p|t)$")
_WORDS = re.compile(
    r"[^\W\d_]+(?:[\u00a1-\u00bf\u00d7\u00f7\u00ad]*[^\W\d_]*)*|[\u00a1-\u00bf\u00d7\u00f7\u00ad][^\s\d]*"
)
_ENOUGH_WORDS = 2
_LAST_OLD_LETTER = "\u00ff"


class Restored(NamedTuple):
    """The distinct texts of a column in Unicode, and the rule by position for those that were changed."""

    texts: list[object]
    rules: dict[int, str]


def from_tcvn3(text: str) -> str:
    """Return TCVN3 text in Unicode."""
    return "".join(_TCVN3.get(letter, letter) for letter in text)


def from_vni(text: str) -> str:
    """Return VNI text in Unicode."""
    return unicodedata.normalize("NFC", _VNI.sub(_vni_letter, text))


def _vni_letter(found: re.Match[str]) -> str:
    pair = found[0]
    if len(pair) == 1:
        return _VNI_ALONE[pair]
    vowel = _VNI_ALONE.get(pair[0], pair[0])
    return vowel + _MARKS[pair[0].lower()][pair[1].lower()]


ENCODINGS: dict[str, Callable[[str], str]] = {"TCVN3": from_tcvn3, "VNI": from_vni}


@lru_cache(maxsize=20_000)
def is_syllable(word: str) -> bool:
    """Return whether a word could be a Vietnamese syllable: onset, rhyme, at most one tone that its end allows."""
    parts = unicodedata.normalize("NFD", word.casefold())
    tones = [letter for letter in parts if letter in _TONE_MARKS]
    plain = unicodedata.normalize("NFC", "".join(letter for letter in parts if letter not in _TONE_MARKS))
    if len(tones) > 1 or not _SYLLABLE.fullmatch(plain):
        return False
    return not _STOPPED.search(plain) or not tones or tones[0] in "\u0301\u0323"


def words_with_marks(text: str) -> list[str]:
    """Return the words of a text that hold anything beyond ASCII."""
    return [word for word in _WORDS.findall(text) if not word.isascii()]


class _Evidence(NamedTuple):
    """Words only the conversion makes syllables of, words only the text as it is has, words neither has."""

    after: frozenset[str]
    before: frozenset[str]
    neither: frozenset[str]


@lru_cache(maxsize=50_000)
def _evidence(text: str, encoding: str) -> _Evidence:
    kinds: tuple[set[str], set[str], set[str]] = (set(), set(), set())
    for word in words_with_marks(text):
        changed = ENCODINGS[encoding](word)
        before, after = is_syllable(word), is_syllable(changed)
        if changed == word and max(word) > _LAST_OLD_LETTER:
            after = False  # only Unicode has such a letter
        if before and after:
            continue
        kinds[0 if after else 1 if before else 2].add(word)
    return _Evidence(*map(frozenset, kinds))


def old_encoding(texts: Sequence[str]) -> str | None:
    """Return the old encoding in which most marked words of the texts were written, or None.

    One word is no evidence ("10 µm"): two different ones must become syllables, and more than stay without.
    """
    found: dict[str, int] = {}
    for encoding in ENCODINGS:
        evidence = [_evidence(text, encoding) for text in texts]
        after, before, neither = (
            (frozenset().union(*kind) for kind in zip(*evidence, strict=True)) if evidence else ((),) * 3
        )
        long = [word for word in after if len(word) > 1]
        if len(long) >= _ENOUGH_WORDS and len(long) > len(neither):
            found[encoding] = len(after) - len(before)
    return max(found, key=lambda encoding: found[encoding]) if found else None


def _nfc(text: str) -> str:
    return unicodedata.normalize("NFC", text)


def restore(texts: Iterable[object], beside: Sequence[str] = ()) -> Restored:
    """Return the distinct cells of one column with old text in Unicode; cells that are no text stay.

    The column decides which encoding there is; each cell then whether it was written in it, for one column may
    hold both. `beside` are texts of the same column that are not changed here (its header).
    """
    result = Restored(list(texts), {})
    # Composed first: a code page gives "thâ" and a loose hook, which would look like a word of an old font.
    plain = {at: _nfc(text) for at, text in enumerate(result.texts) if isinstance(text, str) and not text.isascii()}
    encoding = old_encoding([*plain.values(), *map(_nfc, beside)]) if plain else None
    if encoding is None:
        return result
    evidence = {at: _evidence(text, encoding) for at, text in plain.items()}
    old = sum(bool(item.after) and not item.before for item in evidence.values())
    new = sum(bool(item.before) and not item.after for item in evidence.values())
    for at, item in evidence.items():
        sure = item.after and not item.before and (old > new or len(item.after) >= _ENOUGH_WORDS)
        either = not item.after and not item.before and not item.neither and old > new
        if sure or either:
            changed = ENCODINGS[encoding](plain[at])
            if changed != plain[at]:
                result.texts[at] = changed
                result.rules[at] = f"chữ {encoding} đổi sang Unicode"
    return result
