"""Guesses the language of a text: by its script, else by its commonest words."""

import re
from collections import Counter

_SAMPLE = 4_000  # characters
_LEAST_HITS = 3
_LEAST_SHARE = 0.06  # of all words: function words make up a third of any prose

_SCRIPTS = (
    ("ja", re.compile("[\u3040-\u30ff]")),
    ("ko", re.compile("[\uac00-\ud7af]")),
    ("zh", re.compile("[\u4e00-\u9fff]")),
    ("el", re.compile("[\u0370-\u03ff]")),
    ("he", re.compile("[\u0590-\u05ff]")),
    ("ur", re.compile("[ٹڈڑے]")),
    ("fa", re.compile("[پچژگکی]")),
    ("ar", re.compile("[\u0600-\u06ff]")),
    ("hi", re.compile("[\u0900-\u097f]")),
    ("bn", re.compile("[\u0980-\u09ff]")),
    ("pa", re.compile("[\u0a00-\u0a7f]")),
    ("gu", re.compile("[\u0a80-\u0aff]")),
    ("ta", re.compile("[\u0b80-\u0bff]")),
    ("te", re.compile("[\u0c00-\u0c7f]")),
    ("kn", re.compile("[\u0c80-\u0cff]")),
    ("ml", re.compile("[\u0d00-\u0d7f]")),
    ("si", re.compile("[\u0d80-\u0dff]")),
    ("th", re.compile("[\u0e00-\u0e7f]")),
    ("lo", re.compile("[\u0e80-\u0eff]")),
    ("bo", re.compile("[\u0f00-\u0fff]")),
    ("my", re.compile("[\u1000-\u109f]")),
    ("ka", re.compile("[\u10a0-\u10ff]")),
    ("am", re.compile("[\u1200-\u139f]")),
    ("km", re.compile("[\u1780-\u17ff]")),
    ("hy", re.compile("[\u0530-\u058f]")),
    ("uk", re.compile("[іїєґІЇЄҐ]")),
    ("ru", re.compile("[\u0400-\u04ff]")),
)
_SCRIPT_SHARE = 0.2
_LEAST_OWN = 3  # letters that only one of several languages has
_OWN_LETTERS = {"uk", "fa", "ur"}
_BEYOND_LATIN = re.compile("[\u0370-\u1dff\u2c00-\ud7ff\uf900-\ufdff\ufe70-\ufeff]")

_WORDS = {
    "en": "the and of to is in that it for with as this are be not on you from have was or an a i",
    "de": "der die und das ist nicht ein eine mit für auf den von zu sich auch dem des wir werden",
    "fr": "le la les et des est une que pour dans qui pas sur avec ce il au sont du nous vous",
    "es": "el los las que una para con por es del se no lo como más pero sus está este son",
    "it": "il che di una per non con sono della gli le è del nel più come anche alla dei ma",
    "pt": "o os uma que para com não por do da em mais dos como mas ao ele foi são também",
    "nl": "de het een van en niet dat met voor zijn op te aan ook wordt maar bij naar deze uit",
    "sv": "och att det som en på är av för inte med den till har jag ett om vi men så",
    "da": "og at det som en på er af for ikke med den til har jeg et vi men så være",
    "nb": "og det som en på er av for ikke med den til har jeg et vi men så være å",
    "fi": "ja on ei se että oli joka hän mutta tai kun ovat kuin myös sen jos niin mitä ole",
    "pl": "i w nie na się z że do jest to jak ale o co od po przez tym jego dla",
    "cs": "a se na je že v to s z do o i jak ale pro jsou jako by byl která",
    "tr": "ve bir bu için ile da de ne gibi daha çok en olarak olan kadar sonra ama her değil",
}
_LANGUAGES_OF: dict[str, list[str]] = {}
for _language, _common in _WORDS.items():
    for _one in _common.split():
        _LANGUAGES_OF.setdefault(_one, []).append(_language)
_WORD = re.compile(r"[^\W\d_]+")


def guess_language(text: str) -> str:
    """The ISO 639-1 code, or an empty string when nothing speaks clearly for a language."""
    sample = text[:_SAMPLE]
    letters = 0 if sample.isascii() else sum(map(str.isalpha, sample))
    beyond = len(_BEYOND_LATIN.findall(sample)) if letters else 0
    for language, script in _SCRIPTS if beyond > _SCRIPT_SHARE * letters else ():
        least = _LEAST_OWN if language in _OWN_LETTERS else _SCRIPT_SHARE * letters
        if len(script.findall(sample)) > least:
            return language
    words = Counter(_WORD.findall(sample.lower()))
    hits = dict.fromkeys(_WORDS, 0)
    for word, times in words.items():
        for language in _LANGUAGES_OF.get(word, ()):
            hits[language] += times
    best = max(hits, key=lambda language: hits[language])
    if hits[best] < _LEAST_HITS or hits[best] < _LEAST_SHARE * words.total():
        return ""
    return best
