"""The sentences of usage terms and credits, in the languages we can write them in.

A language we cannot write falls back to English. Names of countries, dates and lists come from
CLDR through Babel, without any locale of the process.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from types import MappingProxyType

from babel import Locale
from babel.dates import format_datetime, format_timedelta
from babel.lists import format_list

_EN = {
    "media": "Media: {media}.",
    "no-media": "none for the whole of it",
    "world": "Territory: worldwide.",
    "places": "Territory: {places} only.",
    "not-places": "Territory: worldwide except {places}.",
    "subdivisions": "Within a country only: {places}.",
    "display": "Shown for at most {days} days from first publication.",
    "archive-in-context": "After that it may stay in the archive, in its context.",
    "quota-day": "Articles a day, at most: {limit}.",
    "quota-week": "Articles a week, at most: {limit}.",
    "quota-month": "Articles a month, at most: {limit}.",
    "quota-term": "Articles during the agreement, at most: {limit}.",
    "quota-rolling": "Articles in any {days} days, at most: {limit}.",
    "quota-property": "An article counts once for each site, app or title.",
    "quota-more": "More are delivered beyond that.",
    "quota-billed": "More are delivered beyond that, for a fee.",
    "until": "Remove by {when}.",
    "no-new": "No new publication after {when}; what is out may stay.",
    "no-new-until": "No new publication after {when}; what is out may stay until {gone}.",
    "edit-none": "No changes.",
    "edit-style": "Changes for house style, time and place only.",
    "edit-headline": "The headline may be rewritten; otherwise changes for house style only.",
    "edit-trim": "May be shortened; no other change of meaning.",
    "edit-adapt": "May be adapted.",
    "translate": "Translation into {languages} allowed.",
    "translate-approval": "Translation into {languages} allowed after our approval.",
    "no-translate": "No translation.",
    "no-sublicence": "No passing on to others.",
    "attribute": "Keep the credit line.",
    "author": "Name the authors.",
    "institution": "Name the authors and their institutions.",
    "copyright": "Show the copyright notice.",
    "translation-note": "Say of a translation that it is one, and by whom.",
    "link": "Link to the original.",
    "keep-links": "Keep every link.",
    "tagline": "Keep the line about the publisher.",
    "no-ads": "No advertising beside it.",
    "no-adjacent-sale": "No advertising sold against it.",
    "no-paywall": "Not behind a paywall.",
    "metered": "Only metered paywalls.",
    "seo-canonical": "State the original as canonical.",
    "seo-noindex": "Keep search engines from indexing it.",
    "seo-noindex-news": "Keep news search from indexing it.",
    "no-archive": "No archiving.",
    "ai-none": "No use for text and data mining, training or input of AI.",
    "ai-some": "Machine use allowed for {uses} only.",
    "ai-all": "Machine use allowed.",
    "withdraw": "Withdraw at once on notice.",
    "withdraw-within": "Withdraw within {span} of a notice.",
    "correct": "Correct at once on notice.",
    "correct-within": "Correct within {span} of a notice.",
    "report-month": "Report use every month.",
    "report-quarter": "Report use every quarter.",
    "report-year": "Report use every year.",
    "partial": "Parts of the original are left out.",
    "embargo": "Embargoed until {when}.",
    "embargo-open": "Embargoed until further notice.",
    "credit": "Credit: {credit}.",
    "original": "Read the original at {publisher}",
    "by": "By {names}",
    "correction": "Correction: {note}",
    "withdrawn": "This article has been withdrawn. Remove every copy.",
    "withheld": "This article is withheld until further notice. Do not publish it; take it down.",
    "licence-over": "The licence for this article is over. Remove every copy.",
    "suspended": "The agreement is suspended. Take this article down until it is resumed.",
    "rights-gone": "This article may no longer be used. Remove every copy.",
}
_AR = {
    "media": "وسائط النشر: {media}.",
    "no-media": "لا شيء للنص كاملًا",
    "world": "النطاق: جميع أنحاء العالم.",
    "places": "النطاق: {places} فقط.",
    "not-places": "النطاق: جميع أنحاء العالم باستثناء {places}.",
    "subdivisions": "داخل البلد الواحد: {places} فقط.",
    "display": "مدة العرض القصوى من أول نشر، بالأيام: {days}.",
    "archive-in-context": "وبعد ذلك يجوز بقاؤه في الأرشيف ضمن سياقه.",
    "quota-day": "الحد الأقصى لعدد المقالات في اليوم: {limit}.",
    "quota-week": "الحد الأقصى لعدد المقالات في الأسبوع: {limit}.",
    "quota-month": "الحد الأقصى لعدد المقالات في الشهر: {limit}.",
    "quota-term": "الحد الأقصى لعدد المقالات طوال مدة الاتفاق: {limit}.",
    "quota-rolling": "الحد الأقصى لعدد المقالات خلال أي مدة من {days} يومًا: {limit}.",
    "quota-property": "يُحسب المقال مرة لكل موقع أو تطبيق أو إصدار.",
    "quota-more": "وتُسلَّم المقالات الزائدة على ذلك أيضًا.",
    "quota-billed": "وتُسلَّم المقالات الزائدة على ذلك مقابل رسم.",
    "until": "تجب إزالته قبل {when}.",
    "no-new": "لا نشر جديدًا بعد {when}؛ ويجوز بقاء ما نُشر.",
    "no-new-until": "لا نشر جديدًا بعد {when}؛ ويجوز بقاء ما نُشر حتى {gone}.",
    "edit-none": "لا يجوز إدخال أي تعديل.",
    "edit-style": "يُسمح بالتعديلات المتعلقة بأسلوب التحرير والزمان والمكان فقط.",
    "edit-headline": "تجوز إعادة صياغة العنوان؛ وما عدا ذلك فتعديلات أسلوبية فقط.",
    "edit-trim": "يجوز الاختصار من دون تغيير المعنى.",
    "edit-adapt": "يجوز الاقتباس والتكييف.",
    "translate": "يُسمح بالترجمة إلى {languages}.",
    "translate-approval": "يُسمح بالترجمة إلى {languages} بعد موافقتنا.",
    "no-translate": "لا يُسمح بالترجمة.",
    "no-sublicence": "لا يجوز منحه لأطراف أخرى.",
    "attribute": "يجب الإبقاء على سطر نسبة المصدر.",
    "author": "يجب ذكر أسماء الكتّاب.",
    "institution": "يجب ذكر أسماء الكتّاب ومؤسساتهم.",
    "copyright": "يجب إظهار إشعار حقوق النشر.",
    "translation-note": "تجب الإشارة إلى أن النص مترجم وإلى اسم المترجم.",
    "link": "يجب وضع رابط إلى الأصل.",
    "keep-links": "يجب الإبقاء على جميع الروابط.",
    "tagline": "يجب الإبقاء على سطر التعريف بالناشر.",
    "no-ads": "لا إعلانات بجانبه.",
    "no-adjacent-sale": "لا يجوز بيع إعلانات مخصّصة لهذا المقال.",
    "no-paywall": "لا يوضع خلف جدار دفع.",
    "metered": "لا يُسمح إلا بجدار دفع محدود القراءات.",
    "seo-canonical": "يُذكر الأصل رابطًا أساسيًا.",
    "seo-noindex": "يُمنع فهرسته في محركات البحث.",
    "seo-noindex-news": "يُمنع فهرسته في بحث الأخبار.",
    "no-archive": "لا يجوز حفظه في الأرشيف.",
    "ai-none": "يُحظر استخدامه للتنقيب في النصوص والبيانات أو لتدريب الذكاء الاصطناعي أو تغذيته.",
    "ai-some": "يُسمح بالاستخدام الآلي لغرض {uses} فقط.",
    "ai-all": "يُسمح بالاستخدام الآلي.",
    "withdraw": "يجب السحب فور الإشعار.",
    "withdraw-within": "يجب السحب خلال {span} من الإشعار.",
    "correct": "يجب التصحيح فور الإشعار.",
    "correct-within": "يجب التصحيح خلال {span} من الإشعار.",
    "report-month": "يجب تقديم تقرير عن الاستخدام كل شهر.",
    "report-quarter": "يجب تقديم تقرير عن الاستخدام كل ثلاثة أشهر.",
    "report-year": "يجب تقديم تقرير عن الاستخدام كل سنة.",
    "partial": "حُذفت أجزاء من النص الأصلي.",
    "embargo": "محظور النشر حتى {when}.",
    "embargo-open": "محظور النشر حتى إشعار آخر.",
    "credit": "المصدر: {credit}.",
    "original": "اقرأ الأصل على موقع {publisher}",
    "by": "بقلم {names}",
    "correction": "تصحيح: {note}",
    "withdrawn": "سُحب هذا المقال. يجب حذف جميع نسخه.",
    "withheld": "هذا المقال موقوف حتى إشعار آخر. لا تنشروه، واحذفوه إن نُشر.",
    "licence-over": "انتهى ترخيص هذا المقال. يجب حذف جميع نسخه.",
    "suspended": "الاتفاق معلّق. أزيلوا هذا المقال إلى حين استئنافه.",
    "rights-gone": "لم يعد استخدام هذا المقال مسموحًا. يجب حذف جميع نسخه.",
}
_FR = {
    "media": "Supports : {media}.",
    "no-media": "aucun pour l’ensemble",
    "world": "Territoire : monde entier.",
    "places": "Territoire : {places} uniquement.",
    "not-places": "Territoire : monde entier sauf {places}.",
    "subdivisions": "À l’intérieur d’un pays, uniquement : {places}.",
    "display": "Affiché {days} jours au plus après la première parution.",
    "archive-in-context": "Ensuite, peut rester dans les archives, dans son contexte.",
    "quota-day": "Articles par jour, au plus : {limit}.",
    "quota-week": "Articles par semaine, au plus : {limit}.",
    "quota-month": "Articles par mois, au plus : {limit}.",
    "quota-term": "Articles pendant la durée de l’accord, au plus : {limit}.",
    "quota-rolling": "Articles par période de {days} jours, au plus : {limit}.",
    "quota-property": "Un article compte une fois pour chaque site, application ou titre.",
    "quota-more": "Au-delà, les articles sont livrés aussi.",
    "quota-billed": "Au-delà, les articles sont livrés contre paiement.",
    "until": "À retirer avant le {when}.",
    "no-new": "Pas de nouvelle publication après le {when} ; ce qui est paru peut rester.",
    "no-new-until": "Pas de nouvelle publication après le {when} ; "
    "ce qui est paru peut rester jusqu’au {gone}.",
    "edit-none": "Aucune modification.",
    "edit-style": "Modifications de style maison, de date et de lieu uniquement.",
    "edit-headline": "Le titre peut être réécrit ; pour le reste, style maison uniquement.",
    "edit-trim": "Peut être raccourci sans changer le sens.",
    "edit-adapt": "Peut être adapté.",
    "translate": "Traduction permise : {languages}.",
    "translate-approval": "Traduction permise après notre accord : {languages}.",
    "no-translate": "Aucune traduction.",
    "no-sublicence": "Aucune cession à des tiers.",
    "attribute": "Conserver la mention de la source.",
    "author": "Nommer les auteurs.",
    "institution": "Nommer les auteurs et leurs institutions.",
    "copyright": "Afficher la mention de copyright.",
    "translation-note": "Signaler toute traduction et son auteur.",
    "link": "Lien vers l’original.",
    "keep-links": "Conserver tous les liens.",
    "tagline": "Conserver la ligne sur l’éditeur.",
    "no-ads": "Aucune publicité à côté.",
    "no-adjacent-sale": "Aucune publicité vendue sur cet article.",
    "no-paywall": "Pas derrière un accès payant.",
    "metered": "Accès payant au compteur uniquement.",
    "seo-canonical": "Indiquer l’original comme canonique.",
    "seo-noindex": "Interdire l’indexation par les moteurs.",
    "seo-noindex-news": "Interdire l’indexation par les moteurs d’actualité.",
    "no-archive": "Pas d’archivage.",
    "ai-none": "Aucune fouille de textes et de données, aucun entraînement ni usage par une IA.",
    "ai-some": "Usage automatisé permis pour {uses} uniquement.",
    "ai-all": "Usage automatisé permis.",
    "withdraw": "Retirer dès l’avis.",
    "withdraw-within": "Retirer dans un délai de {span} après l’avis.",
    "correct": "Corriger dès l’avis.",
    "correct-within": "Corriger dans un délai de {span} après l’avis.",
    "report-month": "Déclarer l’usage chaque mois.",
    "report-quarter": "Déclarer l’usage chaque trimestre.",
    "report-year": "Déclarer l’usage chaque année.",
    "partial": "Des parties de l’original manquent.",
    "embargo": "Sous embargo jusqu’au {when}.",
    "embargo-open": "Sous embargo jusqu’à nouvel ordre.",
    "credit": "Crédit : {credit}.",
    "original": "Lire l’original sur {publisher}",
    "by": "Par {names}",
    "correction": "Correction : {note}",
    "withdrawn": "Cet article a été retiré. Supprimez toutes les copies.",
    "withheld": "Cet article est suspendu jusqu’à nouvel ordre. Ne le publiez pas ; retirez-le.",
    "licence-over": "La licence de cet article a pris fin. Supprimez toutes les copies.",
    "suspended": "L’accord est suspendu. Retirez cet article jusqu’à sa reprise.",
    "rights-gone": "Cet article ne peut plus être utilisé. Supprimez toutes les copies.",
}
_ALL: Mapping[str, Mapping[str, str]] = MappingProxyType({"en": _EN, "ar": _AR, "fr": _FR})

_MEDIA = {
    "en": {
        "web": "web",
        "app": "app",
        "print": "print",
        "facsimile": "facsimile edition",
        "broadcast": "broadcast",
        "newsletter": "newsletter",
        "social": "social media",
        "podcast": "podcast",
        "internal": "internal use",
        "api_onward": "onward delivery by API",
    },
    "ar": {
        "web": "الويب",
        "app": "التطبيقات",
        "print": "المطبوعات",
        "facsimile": "النسخة الرقمية المطابقة للمطبوع",
        "broadcast": "البث",
        "newsletter": "النشرات البريدية",
        "social": "وسائل التواصل الاجتماعي",
        "podcast": "البودكاست",
        "internal": "الاستخدام الداخلي",
        "api_onward": "الإتاحة عبر واجهات برمجية",
    },
    "fr": {
        "web": "web",
        "app": "application",
        "print": "imprimé",
        "facsimile": "fac-similé",
        "broadcast": "diffusion",
        "newsletter": "infolettre",
        "social": "réseaux sociaux",
        "podcast": "podcast",
        "internal": "usage interne",
        "api_onward": "diffusion par API",
    },
}
_USES = {
    "en": {"search": "search", "index": "indexing", "input": "AI input", "train": "training"},
    "ar": {
        "search": "البحث",
        "index": "الفهرسة",
        "input": "تغذية الذكاء الاصطناعي",
        "train": "التدريب",
    },
    "fr": {
        "search": "la recherche",
        "index": "l’indexation",
        "input": "l’usage par une IA",
        "train": "l’entraînement",
    },
}


class Phrases:
    """Sentences in one language."""

    def __init__(self, language: str) -> None:
        base = language.split("-", 1)[0].lower()
        self.language = language if base in _ALL else "en"
        self._base = base if base in _ALL else "en"
        self._locale = _locale(self._base)

    def say(self, name: str, **values: str) -> str:
        """Give a sentence with its blanks filled."""
        return _ALL[self._base][name].format(**values)

    def media(self, media: Sequence[str]) -> str:
        """Give the names of media as a list."""
        return self.list([_MEDIA[self._base][one] for one in media])

    def uses(self, uses: Sequence[str]) -> str:
        """Give the names of machine uses as a list."""
        return self.list([_USES[self._base][one] for one in uses])

    def places(self, countries: Sequence[str]) -> str:
        """Give the names of countries as a list."""
        names = self._locale.territories
        return self.list([str(names.get(code, code)) for code in countries])

    def languages(self, tags: Sequence[str]) -> str:
        """Give the names of languages as a list."""
        names = self._locale.languages
        return self.list([str(names.get(tag.split("-")[0], tag)) for tag in tags])

    def list(self, names: Sequence[str]) -> str:
        """Join names as the language does."""
        return _listed(self._base, tuple(names))

    def span(self, length: timedelta) -> str:
        """Give a length of time in words."""
        return format_timedelta(length, threshold=1.6, locale=self._locale)

    def when(self, instant: datetime) -> str:
        """Give an instant in UTC, to the minute, or to the second where it has seconds."""
        return _when(self._base, instant.astimezone(UTC))


@lru_cache(maxsize=8)
def _locale(base: str) -> Locale:
    return Locale(base)


@lru_cache(maxsize=1024)
def _listed(base: str, names: tuple[str, ...]) -> str:
    return format_list(list(names), locale=_locale(base))


@lru_cache(maxsize=1024)
def _when(base: str, instant: datetime) -> str:
    pattern = "d MMMM y HH:mm:ss" if instant.second else "d MMMM y HH:mm"
    said = f"{format_datetime(instant, pattern, locale=_locale(base))} UTC"
    return f"1er {said[2:]}" if base == "fr" and said.startswith("1 ") else said


def known_languages() -> tuple[str, ...]:
    """Give the languages that sentences exist in."""
    return tuple(_ALL)
