"""Documents joined to an interest."""

from flask import Flask

from consult.ground.database import reading
from consult.interests.files import document_keys


def test_without_documents_there_is_nothing_to_speak_for(app: Flask) -> None:
    assert reading().scalars(document_keys()).all() == []
