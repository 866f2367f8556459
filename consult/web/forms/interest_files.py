"""What a collectivité writes in the file of its candidature."""

from wtforms import TextAreaField

from consult.web.forms.base import Act, at_most, required


class ReplyForm(Act):
    """A message to the team."""

    body = TextAreaField(
        "Votre message à l’équipe",
        description="Lu par l’équipe et par les personnes vérifiées de votre collectivité.",
        validators=[*required("Écrivez votre message."), at_most(4000)],
        render_kw={"rows": 4},
    )
