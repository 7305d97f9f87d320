"""What sellers write on offers that are not the thing itself: lots, boxes, parts."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from ml.matching.words import fold

_BOX = (
    r"(?:box|boxes|packaging|package|packung|verpackung|ovp|karton|caja|boite|scatola)"
)
_FITTING = (
    r"(?:case|cover|sleeve|pouch|holder|stand|mount|charger|adapter|cable|cord|strap|"
    r"band|skin|decal|stickers?|protector|refills?|organizer|insert|liner|charm|"
    r"dust ?bag|shelf|hanger|hulle|schutzhulle|tasche|ladegerat|netzteil|funda|"
    r"cargador|cable|correa|coque|housse|chargeur|custodia|caricatore)"
)
_PART = (
    r"(?:lid|strap|sole|soles|laces|insoles?|blade|filter|bulb|battery|handle|head|"
    r"nozzle|cap|band|belt|hood|zipper|buttons?|wheels?|dock|remote|motor|shade|base|"
    r"cord|plug|screen|deckel|riemen|gurt|tapa|correa|couvercle|coperchio|top|bottom)"
)
_WHOM = (
    r"(?:men|women|woman|man|her|him|ladies|adults?|girlfriend|wife|mom|mum|teens?|"
    r"gift|gifts|christmas|travel|home|work|sale|free|you|everyday|sport|gym|"
    r"[a-z]+ hair|dry|sensitive)"
)
# What looks like one of the reasons below and is none: it goes before they are sought.
HARMLESS = (
    rf"\b(?:new|sealed|still|complete)?\s*(?:in|with|w|without|no|missing|incl\w*|"
    rf"includes?|has|original|open|ohne|mit|sin|con|sans|avec)"
    rf"\s+(?:the |its |original |retail |open |gift )*{_BOX}\b",
    rf"(?:\b(?:with|w|incl\w*|includes?|plus|and|comes with|free|bonus|mit|con|avec)"
    rf"|[+&/])\s*(?:\w+\s+)?(?:{_FITTING}|{_PART})\b",
    r"\bbundles?\s*(?:to|and|&|\+|n|for|up|deals?|discounts?|available|welcome|save)",
    r"\ba lot\b|\ba whole lot\b|\bparking lot\b",
    rf"\bfor {_WHOM}\b",
    r"\bbaby (?:pink|blue|yellow|green|tee|hair|soft)\b|\bboy ?(?:friend|short)\w*",
    r"\b(?:not|never|nothing|isn t) (?:broken|fake|cracked|a dupe|a replica)\b",
    r"\bnot? (?:dupes?|fakes?|replicas?|reps?)\b",
    r"\bplus size\b|ケース付",
)
# In order: what comes first names the offer.
REASONS: dict[str, tuple[str, ...]] = {
    "wanted": (
        r"^\W*(?:wtb|iso|wanted|want to buy|looking for|in search of|suche|gesucht|"
        r"busco|compro|cerco|recherche|cherche)\b",
        r"\bwtb\b|\bisoo?:",
    ),
    "box_only": (
        rf"\b(?:empty|leere?r?|vaci[ao]|vide|vuota)\s+(?:\w+\s+)?(?:{_BOX}|case|"
        r"bottles?|jars?|tubes?|containers?|flasche|botella|frasco)\b",
        rf"\b{_BOX}\s+only\b|\bonly\s+(?:the\s+)?{_BOX}\b|\bjust\s+(?:the\s+)?{_BOX}\b",
        rf"^\W*(?:original\s+)?{_BOX}\s+(?:only\s+)?(?:for|fur|para|pour|per|de|zu)\b",
        rf"\b(?:nur|solo|seulement)\s+(?:la\s+|die\s+)?{_BOX}\b",
        r"\b(?:dust ?bag|shopping bag|gift bag) only\b",
        rf"\b{_BOX}\b.*\bno (?:item|product)",
        "空箱|箱のみ|ボックスのみ|空ケース|外箱",
    ),
    "broken": (
        r"\bbroken\b|\b(?:not|non|isn t|doesn t|does not|won t) ?(?:work\w*|turn on)\b",
        r"\bfor parts\b|\bparts only\b|\bspares?(?: or| and|/) ?repairs?\b",
        r"\bas[ -]is\b|\b(?:for|needs) repair\b|\bfaulty\b|\bcracked\b|\bdefective\b",
        r"\bdefekt\w*|\bbastler\w*|\bkaputt\b|\bdefectuos\w+|\brot[oa]\b",
        r"\bno funciona\b|\ben panne\b|\bhors service\b|\bguast[oa]\b",
        r"\bnon funzionante\b|ジャンク",
    ),
    "lot": (
        r"\b(?:job ?)?lots?\b|\bwholesale\b|\bbulk\b|\blotes?\b|\bkonvolut\b|\blotto\b",
        r"\bbundles?\b|\bsets? of [2-9]\b|\b(?:pair|pack|bundle|box|case) of \d+\b",
        r"^\W*(?:[2-9]|1\d) ?x\b|\bx ?(?:[2-9]|1\d)\b\W*$",
        r"\b(?:[2-9]|1\d) ?(?:pcs|pieces)\b",
        r"\bまとめ|\bセット売り",
    ),
    "replica": (
        r"\bdupes?\b|\breplicas?\b|\bfakes?\b|\binspired\b|\blook ?-?alikes?\b",
        r"\bknock ?-?offs?\b|\bimitation\b|\bin the style of\b|\bsimilar to\b",
        r"\breps?\b|\binspirad[oa]\b|\breplika\b|\bnachbau\b|\bimitacion\b",
        r"\bmirror quality\b|\b1:1\b|\baaa\+*\b|\bnot authentic\b|\bcounterfeit\b",
        "レプリカ|風$",
    ),
    "part": (
        r"\breplacement\b|\bspares?\b|\bersatz\w*|\brepuestos?\b|\bricambi\w*",
        rf"\b{_PART} only\b|\bonly (?:the )?{_PART}\b|\b(?:nur|solo) {_PART}\b",
        r"\bparts? (?:for|from|of)\b|\bpiece detachee\b|スペアパーツ|部品",
    ),
    "accessory": (
        rf"\b{_FITTING}\s+(?:only\s+)?(?:for|fur|para|pour|per|fits?|to fit)\b",
        r"\bfits\b|\bcompatible\b|\bcompatibles\b|\bkompatibel\b|\bpassend fur\b",
        r"\b(?:designed|suitable|made) for\b|\bworks with\b|^\W*for\b|\baccessories\b",
        rf"\b{_FITTING} only\b|ケース|保護フィルム",
    ),
    "child_size": (
        r"\bkids?\b|\bchild(?:ren)?s?\b|\btoddlers?\b|\binfants?\b|\bbaby\b|\byouth\b",
        r"\bboys?\b|\bgirls?\b|\bkinder\b|\bjunior\b|\bnin[oa]s?\b|\benfants?\b|"
        r"\bfillette\b|\bbambin[oaie]\b|\bmadchen\b|\bjungen\b|キッズ|子供",
        r"\b[2-6]t\b|\b\d{1,2} ?(?:-|to) ?\d{1,2} ?(?:y|yrs?|years?|months?|mos?|m)\b|"
        r"\bage \d{1,2}\b|\b(?:[2-9]|1[0-4]) ?(?:yrs?|years?)\b",
    ),
}
BROKEN_CONDITIONS = r"for parts|not working|defekt|ersatzteil|no funciona|hors service"


def refusals(titles: Sequence[str]) -> npt.NDArray[np.object_]:
    """Return the reason that each title gives for not being the thing, or ``""``.

    >>> refusals(["Lot of 3 Glossy Totes", "Glossy Tote, no box"]).tolist()
    ['lot', '']
    """
    texts = _harmless_gone(titles)
    found = np.full(len(titles), "", dtype=object)
    for reason, patterns in reversed(REASONS.items()):
        said = pc.match_substring_regex(texts, "|".join(patterns))
        found[said.to_numpy(zero_copy_only=False)] = reason
    return found


def reasons_of(title: str) -> frozenset[str]:
    """Return every reason that a product's own title seems to give.

    They can't be held against its offers: an offer of a kids' hoodie is for kids.
    """
    text = _harmless_gone([title])
    return frozenset(
        reason
        for reason, patterns in REASONS.items()
        if pc.match_substring_regex(text, "|".join(patterns))[0].as_py()
    )


def _harmless_gone(titles: Sequence[str]) -> pa.Array:
    # Apostrophes and hyphens are written in too many ways.
    texts = pa.array([fold(title) for title in titles], pa.string())
    texts = pc.replace_substring_regex(texts, "['\u2019`\u00b4]", " ")
    return pc.replace_substring_regex(texts, "|".join(HARMLESS), " ~ ")
