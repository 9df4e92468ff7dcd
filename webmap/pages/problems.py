"""What the `type` of a problem means, for whoever follows it."""

from __future__ import annotations

from flask import Blueprint, render_template

from layers.errors import NotFound
from webmap.access import allowed
from webmap.errors import BY_STATUS, SITUATIONS

blueprint = Blueprint("problems", __name__)


@blueprint.get("/problems/<name>")
@allowed("pages.problems")
def problem(name: str) -> str:
    """One situation of the table of errors, in words."""
    for situation in (*SITUATIONS.values(), *BY_STATUS.values()):
        if situation.name == name:
            return render_template("problem.html", situation=situation)
    raise NotFound("There is no problem of this name.")
