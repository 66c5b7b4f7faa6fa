"""What a line of a copied page is, by its shape: furniture of the page, or part of an article.

Phrases are those that pages of many publishers share, in several languages; none is the text of
an article.
"""

from __future__ import annotations

import re
from enum import StrEnum

_LONGEST_FURNITURE = 300
_MOST_HEADING_WORDS = 14
_LONGEST_HEADING = 100
_MOST_LABEL_WORDS = 26
_SENTENCE_END = (".", "!", "?", "…", "。", "؟", "۔", "।", "！", "？")
_CLOSING = "\"'”’»)]›“"
_NO_HEADING_END = (",", ";", ":", "،", "؛", "—", "–", "-")
_OPENING_QUOTES = ('"', "“", "«", "‘", "„", "'")


class Furniture(StrEnum):
    """What on a page is not the article."""

    NAVIGATION = "navigation"
    NEWSLETTER = "newsletter notice"
    REPUBLISHING = "republishing notice"
    COOKIES = "cookie notice"
    SHARING = "sharing links"
    RELATED = "related articles"
    COPYRIGHT = "copyright notice"


_WHOLE_LINES = {
    Furniture.NAVIGATION: """skip to main content|skip to content|skip to navigation
    |jump to content
    |menu|main menu|home|search|sign in|sign up|log in|login|register|my account|back to top|top
    |close|advertisement|advertising|ad|sponsored|print|save|saved|bookmark|listen|subscribe
    |subscribe now|read more|show more|load more|continue reading|comments|leave a comment|live
    |breaking news|latest|most read|most popular|trending|english|العربية|français|español|edition
    |aller au contenu|aller au contenu principal|accueil|recherche|publicité|se connecter
    |zum inhalt springen|startseite|suche|anzeige|anmelden|ir al contenido|inicio|publicidad|buscar
    |تخطى إلى المحتوى الرئيسي|تخطي إلى المحتوى الرئيسي|تخطي إلى المحتوى|انتقل إلى المحتوى
    |القائمة|الرئيسية|بحث|إعلان|اقرأ أيضا|اقرأ أيضًا|تسجيل الدخول""",
    Furniture.SHARING: """share|share this|share this article|share this story|share on facebook
    |share on twitter|share on x|tweet|email|email this|copy link|whatsapp|facebook
    |twitter|linkedin
    |telegram|reddit|partager|teilen|compartir|شارك|مشاركة|شارك المقال|نسخ الرابط""",
    Furniture.RELATED: """related|related articles|related stories|related topics|related content
    |more on this story|more from this author|more stories|recommended|recommended for you
    |read next
    |you may also like|you might also like|see also|up next|topics|tags|à lire aussi
    |sur le même sujet
    |mehr zum thema|lesen sie auch|lea también|مواضيع ذات صلة|مقالات ذات صلة|المزيد""",
}
_PHRASES = {
    phrase.strip(): kind for kind, phrases in _WHOLE_LINES.items() for phrase in phrases.split("|")
}
_NETWORKS = frozenset(
    (
        "facebook",
        "twitter",
        "x",
        "whatsapp",
        "linkedin",
        "telegram",
        "email",
        "reddit",
        "pinterest",
        "instagram",
        "share",
        "print",
        "link",
        "copy",
        "messenger",
        "on",
        "via",
    )
)
_REPUBLISHING = re.compile(
    r"\brepublish(?:ing|ed)?\b.{0,200}\b(?:form|fees?|permission|licen[cs]\w+|contact|content"
    r"|request|guidelines|creative commons)\b"
    r"|\b(?:permission|licen[cs]\w+|contact|form)\b.{0,200}\brepublish(?:ing)?\b"
    r"|\b(?:reproduction|reproduced|redistributed)\b.{0,120}\b(?:permission|prohibited)\b"
    r"|\bإعادة (?:نشر|النشر)\b.{0,200}(?:إذن|رسوم|ترخيص|نموذج|المحتوى|التواصل)",
    re.IGNORECASE,
)
_PATTERNS = (
    (
        Furniture.NEWSLETTER,
        re.compile(
            r"^(?:stay|keep|get|be) (?:informed|up to date|in the know|ahead|updated|the latest)\b"
            r"|^(?:sign|signup) ?up (?:to|for|now|here|today)\b"
            r"|^(?:subscribe|join|register) (?:to|for|now|here|our|today)\b.{0,200}"
            r"\b(?:newsletter|updates|alerts|email|channel|inbox)s?\b"
            r"|^get (?:our|the|all|your) .{0,120}\b(?:inbox|newsletter|by email)\b"
            r"|^(?:enter|your) e-?mail\b|^abonnez-vous\b|^inscrivez-vous\b"
            r"|^(?:unseren )?newsletter (?:abonnieren|bestellen)"
            r"|^suscr[ií]bete\b|^(?:اشترك|سجل|سجّل|انضم)\s.{0,200}(?:نشر|بريد|قناة|إشعار)",
            re.IGNORECASE,
        ),
    ),
    (Furniture.REPUBLISHING, _REPUBLISHING),
    (
        Furniture.COOKIES,
        re.compile(
            r"^(?:we|(?:this|our) (?:web)?site|by (?:continuing|using)).{0,200}\bcookies?\b"
            r"|^(?:accept|reject|manage) (?:all|cookies|preferences)|^cookie (?:settings|policy)"
            r"|^privacy policy\b|^terms (?:of use|and conditions)$"
            r"|(?:يستخدم|نستخدم).{0,80}(?:ملفات تعريف الارتباط|الكوكيز)",
            re.IGNORECASE,
        ),
    ),
    (
        Furniture.COPYRIGHT,
        re.compile(
            r"\ball rights reserved\b|^(?:copyright|©|\(c\)) ?(?:\d{4}|©)"
            r"|جميع الحقوق محفوظة|\btous droits réservés\b|\balle rechte vorbehalten\b",
            re.IGNORECASE,
        ),
    ),
    (
        Furniture.SHARING,
        re.compile(r"^follow (?:us|\S+(?: \S+){0,3}) on \w+", re.IGNORECASE),
    ),
    (
        Furniture.RELATED,
        re.compile(
            r"^(?:read more|read also|related|see also|more on this|watch|listen"
            r"|اقرأ أيضا|اقرأ أيضًا|à lire aussi|lesen sie auch|lea también)\s?[:：|»›>]",
            re.IGNORECASE,
        ),
    ),
    (
        Furniture.NAVIGATION,
        re.compile(
            r"^[\w& ]{1,30}(?:\s[>»›/]\s[\w& ]{1,60}){1,6}$"
            r"|^\d+ (?:comments?|shares?|min(?:ute)? read)$"
            r"|^(?:listen to|listen|watch) .{0,40}\d+ ?min",
            re.IGNORECASE,
        ),
    ),
)
_BYLINE = re.compile(
    r"^(?:by|par|von|por|di|door|بقلم|كتب|كتبت)(?:\s*[:：]\s*|\s+)(\S.{1,120})$", re.IGNORECASE
)
_BYLINE_PARTS = re.compile(r"\s*(?:,| and | et | und | y | e |&|\||\sو)\s*")
_MOST_BYLINE_WORDS = 12
_DATED = re.compile(
    r"^(?:published|posted|updated|last (?:updated?|modified)|first published|date"
    r"|publié|mis à jour|veröffentlicht|aktualisiert|publicado|نشر|نُشر|تاريخ النشر"
    r"|آخر تحديث)\b.{0,160}$"
    r"|^\d{1,2}\s\w{3,12}\.?,?\s\d{4}\b.{0,60}$|^\w{3,12}\.?\s\d{1,2},?\s\d{4}\b.{0,60}$"
    r"|^\d{4}-\d\d-\d\d\b.{0,60}$|^\d+ (?:minutes?|hours?|days?) ago$",
    re.IGNORECASE,
)
_ITEM = re.compile(r"^(?:[•●▪◦‣*·–—-]|(\d{1,2})[.)])\s+(\S.*)$")


def furniture(line: str) -> Furniture | None:
    """Give what furniture of the page a line is; None for part of an article."""
    if len(line) > _LONGEST_FURNITURE:
        notice = _REPUBLISHING.search(line[-3 * _LONGEST_FURNITURE :])
        return Furniture.REPUBLISHING if notice else None
    folded = line.casefold().strip(" :.…>»›|#*")
    if folded in _PHRASES:
        return _PHRASES[folded]
    names = re.split(r"[\s|,/·•]+", folded)
    if len(names) > 1 and _NETWORKS.issuperset(names):
        return Furniture.SHARING
    return next((kind for kind, shape in _PATTERNS if shape.search(line)), None)


def opens_related(line: str) -> bool:
    """Say whether the titles of other articles follow; "Read more: …" names one by itself."""
    return furniture(line) is Furniture.RELATED and not re.search(r"[:：|»›>]\s*\S", line)


def authors(line: str) -> tuple[str, ...]:
    """Give the names in a byline such as "By Lina Maro and Omar Said"; none if it is no byline."""
    found = _BYLINE.match(line)
    if not found or ends_sentence(line) or len(line.split()) > _MOST_BYLINE_WORDS:
        return ()
    parts = re.split(r"\s(?:in|at|à|في)\s|\s[|–—-]\s", found[1])[0]
    names = [name.strip() for name in _BYLINE_PARTS.split(parts) if name.strip()]
    return tuple(names) if names and all(not name[0].islower() for name in names) else ()


def is_date(line: str) -> bool:
    """Say whether a line only tells when something was published."""
    return len(line) < _LONGEST_HEADING * 2 and bool(_DATED.match(line))


def item(line: str) -> tuple[bool, str] | None:
    """Give an item of a list: whether it is numbered, and its text."""
    found = _ITEM.match(line)
    return (bool(found[1]), found[2]) if found else None


def ends_sentence(line: str) -> bool:
    """Say whether a line ends as a sentence does, quotation marks and brackets aside."""
    return line.rstrip(_CLOSING).endswith(_SENTENCE_END)


def is_prose(line: str) -> bool:
    """Say whether a line is a paragraph: it ends a sentence, or is too long for anything else."""
    too_long = len(line.split()) > _MOST_LABEL_WORDS or len(line) > 2 * _LONGEST_HEADING
    return too_long or ends_sentence(line)


def can_be_heading(line: str) -> bool:
    """Say whether a line can be a sub-heading: short, no sentence, no quotation."""
    if len(line) > _LONGEST_HEADING or len(line.split()) > _MOST_HEADING_WORDS:
        return False
    if line.startswith(_OPENING_QUOTES) and line.endswith(tuple(_CLOSING)):
        return False
    asks = line.endswith(("?", "؟", "？"))
    return (asks or not ends_sentence(line)) and not line.endswith(_NO_HEADING_END)
