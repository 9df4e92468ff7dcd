"""For residents: the coming drop nearest to a compound, its window and how far it is on foot. No account."""

from __future__ import annotations

from datetime import UTC, datetime

import shapely
from flask import Blueprint, render_template

from layers.compounds.queries import by_id, outline_by_id
from layers.errors import NotFound
from layers.supply_drops.queries import nearest
from webmap.access import allowed
from webmap.pages.drop_words import TITLES, amount
from webmap.pages.drops import LARGEST_ID
from webmap.service import service

blueprint = Blueprint("drop_near", __name__, url_prefix="/drops")


@blueprint.get(f"/near/<int(max={LARGEST_ID}):compound_id>")
@allowed("drops.near")
def near(compound_id: int) -> str:
    """The nearest coming drop, measured from the middle of the compound; that none is coming, where none is."""
    now = datetime.now(UTC)
    with service().database.read() as session:
        compound = by_id(session, compound_id, now)
        if compound is None:
            raise NotFound("There is no compound of this number.")
        middle = shapely.point_on_surface(outline_by_id(session, compound_id))
        found = nearest(session, middle.x, middle.y, compound.name, now)
    return render_template("drop_near.html", compound=compound, near=found, titles=TITLES, amount=amount)
