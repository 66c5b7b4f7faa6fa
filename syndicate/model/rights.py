"""Who owns a part of an article, and whether and how we may pass it on. Unknown means no."""

from __future__ import annotations

from enum import StrEnum

from pydantic import field_validator, model_validator

from syndicate.model.base import Count, CountFromZero, Key, MaybeText, Model, Text
from syndicate.model.errors import broken_rule
from syndicate.model.moments import Instant, Window
from syndicate.model.territory import Territory


class PartKind(StrEnum):
    """What kind of thing a part is; licences grant by kind."""

    HEADLINE = "headline"
    SUMMARY = "summary"
    BODY = "body"
    IMAGE = "image"
    GRAPHIC = "graphic"
    VIDEO = "video"
    AUDIO = "audio"
    EMBED = "embed"
    DATA = "data"
    TRANSLATION = "translation"


class Medium(StrEnum):
    """Where a partner republishes."""

    WEB = "web"
    APP = "app"
    PRINT = "print"
    FACSIMILE = "facsimile"
    BROADCAST = "broadcast"
    NEWSLETTER = "newsletter"
    SOCIAL = "social"
    PODCAST = "podcast"
    INTERNAL = "internal"
    API_ONWARD = "api_onward"


ALL_MEDIA = frozenset(Medium)


class Onward(StrEnum):
    """Whether a part may be passed on to partners."""

    GRANTED = "granted"
    REFUSED = "refused"
    UNKNOWN = "unknown"


class EditLevel(StrEnum):
    """How much a partner may change, each level including those before it."""

    NONE = "none"
    STYLE = "style"
    HEADLINE = "headline"
    TRIM = "trim"
    ADAPT = "adapt"

    @property
    def rank(self) -> int:
        """The place in the order none < style < headline < trim < adapt."""
        return _RANKS[self]


_RANKS = {level: place for place, level in enumerate(EditLevel)}


class ExtentUnit(StrEnum):
    """What an extent counts."""

    FULL = "full"
    WORDS = "words"
    PARAGRAPHS = "paragraphs"
    NONE = "none"


class Extent(Model):
    """How much of a text: full, the first n words, the first n paragraphs, none."""

    unit: ExtentUnit = ExtentUnit.NONE
    """full, words, paragraphs or none."""
    count: CountFromZero | None = None
    """How many words or paragraphs."""

    @model_validator(mode="before")
    @classmethod
    def _short(cls, value: object) -> object:
        """Read the short form: "full", "none", "words(100)", "paragraphs(3)"."""
        if not isinstance(value, str):
            return value
        unit, _, count = value.removesuffix(")").partition("(")
        number = count.strip()
        plain = number.isascii() and number.isdigit() and len(number) < len(str(2**31))
        return {"unit": unit.strip(), "count": int(number) if plain else None}

    @model_validator(mode="after")
    def _counted(self) -> Extent:
        counts = self.unit in {ExtentUnit.WORDS, ExtentUnit.PARAGRAPHS}
        if counts and (self.count is None or self.count < 1):
            raise broken_rule(
                "V12",
                f"an extent in {self.unit} needs a count of 1 or more",
                f"write {self.unit}(3)",
            )
        if not counts and self.count is not None:
            raise ValueError(f"extent {self.unit} takes no count")
        return self

    def __str__(self) -> str:
        """Give the short form."""
        return f"{self.unit}({self.count})" if self.count else str(self.unit)


FULL = Extent(unit=ExtentUnit.FULL)
NOTHING = Extent()


class AiPurpose(StrEnum):
    """What a machine may read for."""

    SEARCH = "search"
    INDEX = "index"
    INPUT = "input"
    TRAIN = "train"


class AiTerms(Model):
    """Which machine uses are allowed; whatever is not named is prohibited."""

    allowed: tuple[AiPurpose, ...] = ()
    """Purposes allowed."""

    @field_validator("allowed", mode="after")
    @classmethod
    def _sorted(cls, allowed: tuple[AiPurpose, ...]) -> tuple[AiPurpose, ...]:
        return tuple(sorted(set(allowed)))

    def allows(self, purpose: AiPurpose) -> bool:
        """Say whether a purpose is allowed."""
        return purpose in self.allowed


class PartRights(Model):
    """What we know of the rights in one part; what is not stated comes from the part above it.

    Restrictions add up on the way down. The permission (`own`, `onward`, `owner`) is inherited by
    text only: a picture, video, sound or embed that states none is unknown, and unknown means no.
    """

    owner: Text | None = None
    """Who holds the copyright (NewsML-G2 copyrightHolder)."""
    own: bool | None = None
    """Whether that is the publisher itself."""
    source_agreement: Key | None = None
    """The desk's source agreement under which a third party's part may be passed on."""
    onward: Onward | None = None
    """granted, refused or unknown; unknown means no."""
    territory: Territory | None = None
    """Where the part may be used."""
    media: tuple[Medium, ...] | None = None
    """In which media the part may be used."""
    window: Window | None = None
    """When the part may be used."""
    max_extent: Extent | None = None
    """How much of it may be passed on; of an article, of its body and of its summary each."""
    max_pixels: Count | None = None
    """Longest side of a picture that may be passed on, in pixels."""
    edit_level: EditLevel | None = None
    """How much it may be changed."""
    credit_line: Text | None = None
    """The credit that must stand beside it (NewsML-G2 creditline)."""
    person_credit: Text | None = None
    """The photographer or author to name (NewsML-G2 creator)."""
    restrictions: tuple[MaybeText, ...] = ()
    """Restriction texts as received: "JAPAN OUT". They may only take away."""
    coded_by: Text | None = None
    """Who turned the restriction texts into fields; until then the part is unknown."""
    coded_at: Instant | None = None
    """When that was done."""
    severable: bool = True
    """Whether the article still stands without this part."""
    ai: AiTerms | None = None
    """Machine uses the owner allows."""

    @property
    def names_another(self) -> bool:
        """Whether it is said to be a third party's."""
        source = self.owner or self.source_agreement
        return self.own is False or (self.own is None and source is not None)

    @property
    def names_somebody(self) -> bool:
        """Whether it is said whose it is: ours, or a third party's."""
        return self.own is not None or self.names_another

    @property
    def speaks_of_owner(self) -> bool:
        """Whether anything is said of whose it is, and whether it may be passed on."""
        credit = self.credit_line or self.person_credit
        return bool(self.onward or credit) or self.names_somebody

    @model_validator(mode="after")
    def _v10(self) -> PartRights:
        if (
            self.names_another
            and self.onward is Onward.GRANTED
            and not (self.credit_line and self.source_agreement)
        ):
            raise broken_rule(
                "V10",
                "a third party's part is granted onward without credit and source agreement",
                "add credit_line and source_agreement, or set onward to unknown",
            )
        return self
