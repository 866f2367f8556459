"""What a service tells, as it is typed: a title, a text, three pictures at most, each described."""

from collections.abc import Iterator, Sequence
from typing import Any, BinaryIO

from flask_wtf.file import FileField
from wtforms import StringField, TextAreaField
from wtforms.fields import Field

from consult.contributions.files import Arrival
from consult.ground.refusals import Reason
from consult.services.news import NewsDraft
from consult.services.news_rules import MOST_PICTURES, is_acceptable_picture
from consult.services.picture_bytes import bare
from consult.web import words
from consult.web.forms.base import Form, at_most, required
from consult.web.forms.inputs import one_line

_SAID = {
    Reason.PICTURE_TOO_BIG: "Cette image dépasse 5 Mo. Réduisez-la, puis choisissez-la de nouveau.",
    Reason.NOT_A_PICTURE: "Ce n’est pas une image PNG ou JPEG : changer son nom ne suffit pas.",
}
_AGAIN = "Choisissez de nouveau cette image : le navigateur ne la garde pas."


def _picture(rank: int) -> FileField:
    return FileField(
        f"Image {rank}",
        description="PNG ou JPEG, 5 Mo au plus. Le lieu et l’appareil de la prise de vue en sont retirés." if rank == 1 else "",
        render_kw={"accept": ".png,.jpg,.jpeg"},
    )


def _description(rank: int) -> StringField:
    return StringField(
        f"Description de l’image {rank}",
        [at_most(500)],
        description="Ce qu’elle montre, pour qui ne la voit pas. Sans elle, l’image n’est pas publiée." if rank == 1 else "",
        filters=[one_line],
    )


class NewsForm(Form):
    """News of a service."""

    title = StringField("Titre", [*required("Donnez un titre."), at_most(160)], filters=[one_line])
    body = TextAreaField(
        "Texte",
        description="Ce qui a changé, pour qui. Une ligne vide fait un paragraphe ; **gras**, *italique*, listes et liens"
        " s’écrivent en Markdown.",
        validators=[*required("Écrivez quelques mots."), at_most(6000)],
        render_kw={"rows": 8},
    )
    picture_1, description_1 = _picture(1), _description(1)
    picture_2, description_2 = _picture(2), _description(2)
    picture_3, description_3 = _picture(3), _description(3)

    def pairs(self) -> Sequence[tuple[Field, Field]]:
        """The fields of each picture and of its description."""
        return [(self[f"picture_{rank}"], self[f"description_{rank}"]) for rank in range(1, MOST_PICTURES + 1)]

    def validate(self, extra_validators: Any = None) -> bool:
        """A picture is described, and what is described is there."""
        is_well_typed = bool(super().validate(extra_validators))
        for picture, description in self.pairs():
            if picture.data and not description.data:
                description.errors = ["Dites en une phrase ce que montre cette image."]
                is_well_typed = False
            if description.data and not picture.data:
                picture.errors = ["Choisissez l’image que vous décrivez."]
                is_well_typed = False
        if not is_well_typed:
            self._ask_again()
        return is_well_typed

    def sent(self) -> Iterator[tuple[BinaryIO, str]]:
        """The pictures that come with the form, in order, without what they say of whoever took them."""
        return ((bare(picture.data.stream), picture.data.filename or "") for picture, _ in self.pairs() if picture.data)

    def accept(self, arrivals: Sequence[Arrival]) -> bool:
        """Say beside its field what is wrong with each picture; whether nothing is."""
        fields = [picture for picture, _ in self.pairs() if picture.data]
        reasons = [is_acceptable_picture(one.size, one.type).reason for one in arrivals]
        for field, reason in zip(fields, reasons, strict=True):
            field.errors = [words.typo(_SAID[reason])] if reason else []
        if any(reasons):
            self._ask_again()
        return not any(reasons)

    def _ask_again(self) -> None:
        """A browser sends no picture back: whoever chose one must know."""
        for picture, _ in self.pairs():
            if picture.data and not picture.errors:
                picture.errors = [_AGAIN]

    def draft(self) -> NewsDraft:
        """What was typed."""
        described = tuple(description.data for picture, description in self.pairs() if picture.data)
        return NewsDraft(self.title.data, self.body.data, described)
