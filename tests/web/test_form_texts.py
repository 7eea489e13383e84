"""Fields: every one has a name to speak of it, and what a form says of it are our words."""

import ast
import importlib
import pkgutil
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import flask_wtf
import pytest
import wtforms
from flask import Flask
from flask_babel import Babel
from wtforms.validators import DataRequired, Length, NumberRange

from komet_shop import web
from komet_shop.app import resources
from komet_shop.web import form_texts
from komet_shop.web.field_names import NAMES

FOR_PROGRAMMERS = {"Choices cannot be None.", "Invalid field name '%s'."}
"""Texts of the library that tell of a mistake in the program."""
NOT_TYPED = (
    wtforms.BooleanField,
    wtforms.HiddenField,
    wtforms.RadioField,
    wtforms.SelectField,
    wtforms.SelectMultipleField,
    wtforms.SubmitField,
)
FREE_INPUT = re.compile(r"text_input\('(\w+)'")


def texts_of(library: Any) -> Iterator[str]:
    """What a library translates: the text, or of two forms the singular."""
    for path in sorted(Path(library.__file__).parent.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and getattr(node.func, "attr", "").endswith("gettext"):
                given = node.args[:1]
                yield from (str(one.value) for one in given if isinstance(one, ast.Constant))


def test_every_text_of_the_form_libraries_is_ours() -> None:
    found = {*texts_of(wtforms), *texts_of(flask_wtf)}

    assert found - FOR_PROGRAMMERS == set(form_texts.TEXTS)


class SomeForm(flask_wtf.FlaskForm):
    place = wtforms.SelectField(choices=[wtforms.SelectChoice("MIA", "Miami")])
    boxes = wtforms.IntegerField(validators=[NumberRange(min=1, max=9)])
    name = wtforms.StringField(validators=[Length(max=3)])
    note = wtforms.StringField(validators=[DataRequired()])


@pytest.fixture
def app() -> Flask:
    made = Flask(__name__)
    made.config.update(WTF_CSRF_ENABLED=False)
    Babel(made)
    form_texts.register(made)
    return made


def test_a_form_speaks_in_our_words(app: Flask) -> None:
    sent = {"place": "UIO", "boxes": "12", "name": "roses", "note": " "}

    with app.test_request_context(method="POST", data=sent):
        app.preprocess_request()
        form = SomeForm()
        form.validate()

    assert form.errors == {
        "place": ["Choose one of the list."],
        "boxes": ["Enter a number from 1 to 9."],
        "name": ["Too long: at most 3 characters."],
        "note": ["Enter something here."],
    }


def forms_of(kind: type[Any]) -> Iterator[type[Any]]:
    for one in kind.__subclasses__():
        yield one
        yield from forms_of(one)


def typed_fields() -> Iterator[tuple[str, str]]:
    """Form and name of every field of the shop into which people type."""
    for module in pkgutil.walk_packages(web.__path__, "komet_shop.web."):
        importlib.import_module(module.name)
    for form in forms_of(flask_wtf.FlaskForm):
        if form.__module__.startswith("komet_shop."):
            for name in dir(form):
                kind = getattr(getattr(form, name), "field_class", None)
                if kind is not None and not issubclass(kind, NOT_TYPED):
                    yield form.__name__, name


def test_every_field_has_a_name_for_people() -> None:
    found = set(typed_fields())

    assert sorted(one for one in found if one[1] not in NAMES) == []
    assert len(found) > 40


def test_every_input_of_a_filter_has_a_name_for_people() -> None:
    pages = (resources() / "templates").rglob("*.html")

    found = {name for page in pages for name in FREE_INPUT.findall(page.read_text())}

    assert found - set(NAMES) == set()
    assert len(found) > 4
