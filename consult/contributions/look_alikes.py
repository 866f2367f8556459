"""Contributions that look alike: their stems are kept beside them, and those that share the rarest come first.

Two steps. The base finds a few candidates, those that share the most telling stems with the text; the beginning of these few
texts is then compared with it, four letters at a time, which forgives a stem cut too short and a word spelt otherwise.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from sqlalchemy import ColumnElement, Float, Select, case, delete, exists, func, literal, select, union_all
from sqlalchemy.orm import Session

from consult.contributions.model import Contribution, ContributionWord
from consult.contributions.postings import Postings
from consult.contributions.queries import ContributionLine, lines
from consult.contributions.rules import ContributionType, Status
from consult.contributions.stems import COMPARED, closeness, compared, is_ordinary, rarity, stem_set, stems, telling
from consult.ground.database import reading, transaction

BATCH = 2_000
TELLING = 20
"""Stems of a text that are looked for, the rarest."""
READ = 400
"""Contributions that are read for each stem: what more of them say tells little."""
RANKED = 300
"""Those that share the most, whose type is then asked."""
ALIKE, ANSWERS = 30, 10
"""Texts that are compared letter by letter: of the same type, and of the other."""
SHOWN = 5
SAID = 4
"""Shared words that are shown, the most telling."""
HALF = 0.5
"""What the shared stems weigh in the order, beside the letters."""
BEGINNING, BEGINS_ALIKE = 80, 0.1
"""Characters that hold a title, and what it adds to two texts to share a telling word there."""
ENOUGH = 0.32
"""Where two texts begin to look alike: the part of what ours says that both say, how close their letters are, and the above.

Measured: fewer of the texts that people sorted find one of their group, by one in a hundred; of what was suggested in a small
edition, four fifths had only « faudrait » or « vendredi » in common, and are gone.
"""
ANSWERED_BY = 2
"""Telling words that a need and the service that may answer it share."""


def index(session: Session, contribution_ids: Sequence[int]) -> None:
    """Write anew the stems of these contributions, inside the transaction of the act that wrote their texts."""
    session.flush()
    for start in range(0, len(contribution_ids), BATCH):
        ids = contribution_ids[start : start + BATCH]
        session.execute(delete(ContributionWord).where(ContributionWord.contribution_id.in_(ids)))
        texts = select(Contribution.edition_id, Contribution.id, _text()).where(Contribution.id.in_(ids))
        written = session.execute(texts.order_by(Contribution.edition_id, Contribution.id)).all()
        for edition_id, rows in groupby(written, key=lambda row: row.edition_id):
            postings = Postings(ContributionWord)
            for row in rows:
                postings.add(row.id, stem_set(row.text))
            postings.write(session, edition_id)


def index_new(session: Session, contribution: Contribution) -> None:
    """Write the stems of a contribution that has none yet. One statement."""
    postings = Postings(ContributionWord)
    postings.add(contribution.id, stem_set(text_of(contribution)))
    postings.write(session, contribution.edition_id)


def index_missing() -> int:
    """Write the stems of what was published before stems were kept. How many contributions gained some; none the next time."""
    missing = select(Contribution.id).where(~exists().where(ContributionWord.contribution_id == Contribution.id))
    with transaction() as session:
        ids = session.scalars(missing.order_by(Contribution.id)).all()
        index(session, ids)
        return len(ids) - len(session.scalars(missing).all())


def text_of(contribution: Contribution) -> str:
    """What of a contribution is compared."""
    return compared(contribution.title, contribution.situation, contribution.effects)


@dataclass(frozen=True, slots=True)
class LookAlike:
    """A contribution that looks like a text, and the words that both hold, the most telling first, as it writes them."""

    line: ContributionLine
    words: Sequence[str]


@dataclass(frozen=True, slots=True)
class LookAlikes:
    """What looks like a text: of its own type, and of the other — the services that may answer a need, or the reverse."""

    alike: Sequence[LookAlike] = ()
    answers: Sequence[LookAlike] = ()

    @property
    def speakers(self) -> int:
        """How many collectivités, or partners, wrote the answers that are shown."""
        return len({one.line.speaker for one in self.answers})

    @property
    def any(self) -> bool:
        """Whether there is something to show."""
        return bool(self.alike or self.answers)


@dataclass(frozen=True, slots=True)
class _Text:
    """The text that is looked for: what each of its stems weighs, when others hold it, and what all of it weighs."""

    text: str
    weights: Mapping[str, float]
    whole: float

    def words_in(self, other: str) -> Sequence[str]:
        """The telling words of another text that this one shares, the most telling first, as it writes them."""
        words = stems(other)
        shared = [stem for stem in words.keys() & self.weights.keys() if not is_ordinary(stem)]
        return [words[stem] for stem in sorted(shared, key=lambda stem: (-self.weights[stem], stem))]

    def begins_like(self, other: str) -> bool:
        """Whether a telling word is at the beginning of both."""
        shared = stem_set(self.text[:BEGINNING]) & stem_set(other[:BEGINNING]) & self.weights.keys()
        return not all(map(is_ordinary, shared))


@dataclass(frozen=True, slots=True)
class _Candidate:
    """A text that looks like ours: the telling words that it shares, and its place."""

    id: int
    type: ContributionType
    words: Sequence[str]
    place: float


def like(contribution: Contribution) -> LookAlikes:
    """What looks like a published contribution. Three statements; fewer when nothing does."""
    return look_alikes(contribution.edition_id, contribution.type, text_of(contribution), but=contribution.id)


def look_alikes(edition_id: int, type_: ContributionType, text: str, *, but: int = 0) -> LookAlikes:
    """What looks like a text of this type, in an edition, the most alike first. Three statements; fewer when nothing does.

    What is hidden or withdrawn is not suggested, nor `but`, the contribution that holds the text.
    """
    ours = _weighed(edition_id, compared(text), but)
    if not ours.weights:
        return LookAlikes()
    found = _candidates(edition_id, ours, type_, but)
    alike = [one for one in found if one.type is type_][:SHOWN]
    answers = [one for one in found if one.type is not type_ and len(one.words) >= ANSWERED_BY][:SHOWN]
    shown = {line.id: line for line in lines([one.id for one in (*alike, *answers)])} if alike or answers else {}
    return LookAlikes(
        [LookAlike(shown[one.id], one.words[:SAID]) for one in alike],
        [LookAlike(shown[one.id], one.words[:SAID]) for one in answers],
    )


def _weighed(edition_id: int, text: str, but: int) -> _Text:
    """A text, with the weight of its most telling stems among those that another contribution holds. One statement."""
    found = stem_set(text)
    if not found:
        return _Text(text, {}, 0)
    sought = union_all(*(select(literal(stem).label("word")) for stem in sorted(found))).subquery()
    holders = _holders(edition_id, sought.c.word, but).correlate(sought).subquery()
    held = select(func.count()).select_from(holders).scalar_subquery().label("held")
    total = select(func.max(Contribution.number)).where(Contribution.edition_id == edition_id).scalar_subquery()
    rows = reading().execute(select(sought.c.word, held, total.label("total"))).all()
    rarest = sorted((row for row in rows if row.held), key=lambda row: (row.held, row.word))[:TELLING]
    weights = {row.word: telling(row.word, row.held, row.total) for row in rarest}
    alone = (HALF * rarity(0, row.total or 0) for row in rows if not row.held and not is_ordinary(row.word))
    return _Text(text, weights, sum(weights.values()) + sum(alone))


def _holders(edition_id: int, word: ColumnElement[str], but: int) -> Select[int]:
    """The contributions that hold a stem, `but` one; not all, when they are many."""
    return (
        select(ContributionWord.contribution_id)
        .where(
            ContributionWord.edition_id == edition_id, ContributionWord.word == word, ContributionWord.contribution_id != but
        )
        .limit(READ)
    )


def _candidates(edition_id: int, ours: _Text, type_: ContributionType, but: int) -> Sequence[_Candidate]:
    """Those that look enough like our text, a few of each type, the most alike first. One statement."""
    rows = reading().execute(_sharing(edition_id, ours.weights, type_, but)).all()
    letters = closeness(ours.text, [row.text for row in rows])
    nearest, heaviest = max(letters, default=0.0) or 1.0, max((row.weight for row in rows), default=1.0)
    found = []
    for row, near in zip(rows, letters, strict=True):
        likeness = row.weight / ours.whole + near + BEGINS_ALIKE * ours.begins_like(row.text)
        if likeness >= ENOUGH and (words := ours.words_in(row.text)):
            place = (1 - HALF) * near / nearest + HALF * row.weight / heaviest
            found.append(_Candidate(row.id, row.type, words, place))
    return sorted(found, key=lambda one: (-one.place, one.id))


def _sharing(
    edition_id: int, weights: Mapping[str, float], type_: ContributionType, but: int
) -> Select[int, ContributionType, str, float]:
    each = [
        select(holders.c.contribution_id, literal(weight, Float).label("weight"))
        for stem, weight in weights.items()
        for holders in [_holders(edition_id, literal(stem), but).subquery()]
    ]
    held = union_all(*each).subquery()
    weight = func.sum(held.c.weight)
    most = (
        select(held.c.contribution_id, weight.label("weight"))
        .group_by(held.c.contribution_id)
        .order_by(weight.desc(), held.c.contribution_id)
        .limit(RANKED)
        .subquery()
    )
    rank = func.row_number().over(partition_by=Contribution.type, order_by=(most.c.weight.desc(), Contribution.id))
    ranked = (
        select(Contribution.id, Contribution.type, _text(), most.c.weight, rank.label("rank"))
        .join(most, most.c.contribution_id == Contribution.id)
        .where(Contribution.status.not_in((Status.DRAFT, Status.WITHDRAWN)), Contribution.hidden_at.is_(None))
        .subquery()
    )
    kept = case((ranked.c.type == type_, ALIKE), else_=ANSWERS)
    return select(*(column for column in ranked.c if column.name != "rank")).where(ranked.c.rank <= kept)


def _text() -> ColumnElement[str]:
    """As `text_of`, cut by the base."""
    whole = Contribution.title + literal(" ") + Contribution.situation + literal(" ") + Contribution.effects
    return func.substr(whole, 1, COMPARED).label("text")
