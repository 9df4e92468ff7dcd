"""A new layer is one folder and one step of the schema: everything that lists layers finds it by itself."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from data.migrations.steps import newest
from tests.house.checkout import PACKAGES, ROOT, files, name_of

FOLDER = {
    "__init__.py": '''"""Enterprises 复工企业: who may work again."""

from layers.description import Layer, LegendEntry, Measure
from layers.enterprises.record import Enterprise
from layers.enterprises.rules import MOVES, Feature, contribution
from layers.text import Text

LAYER = Layer(
    name="enterprises",
    title=Text("Enterprises reopening", "复工企业"),
    about=Text("Workplaces that may open again.", "获准复工的单位。"),
    geometry="point",
    table=Enterprise.__table__,
    feature=Feature,
    contribution=contribution,
    drawing_order=45,
    public=True,
    public_fields=("name", "state", "valid_from", "valid_to"),
    measures=(
        Measure("enterprises", Text("Enterprises at work", "已复工企业"), "span", public=True, kind="enterprises"),
    ),
    legend_field="state",
    legend=(LegendEntry("open", Text("At work", "已复工"), colour="checkpoint", icon="dot"),),
    state_field="state",
    moves=MOVES,
)
''',
    "record.py": '''"""The table of enterprises."""

from typing import Any

from sqlalchemy import Integer, Text
from sqlalchemy.orm import Mapped, mapped_column

from data.base import Base
from data.columns import Geometry
from layers.feature_columns import FeatureColumns


class Enterprise(FeatureColumns, Base):
    """A workplace; no person is recorded."""

    __tablename__ = "enterprises"
    name: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(Text)
    workers: Mapped[int] = mapped_column(Integer)
    geometry: Mapped[Any] = mapped_column(Geometry("POINT"))
''',
    "rules.py": '''"""Enterprises 复工企业: what one is and what may happen to it."""

from collections.abc import Mapping
from typing import Any, Literal

from layers.description import Contribution, Span
from layers.feature_model import FeatureModel
from layers.text import titled

MOVES: dict[str, tuple[str, ...]] = {"asked": ("open",), "open": ("shut",), "shut": ("open",)}


class Feature(FeatureModel):
    """A workplace and whether it is at work."""

    name: str = titled("Name", "企业名称", min_length=1, max_length=200, aliases=("企业",))
    state: Literal["asked", "open", "shut"] = titled("State", "状态", default="open")
    workers: int = titled("Workers", "返岗人数", default=0, ge=0, le=10**6)


def contribution(row: Mapping[str, Any]) -> Contribution:
    """One enterprise while it is at work."""
    if row["state"] != "open":
        return Contribution()
    return Contribution(spans=(Span("enterprises", row["valid_from"], row["valid_to"]),))
''',
    "actions.py": '''"""What can be done to enterprises."""

from layers import features
from layers.enterprises import LAYER


def put(session, incoming, actor, at):
    """Creates enterprises, or updates those whose source id is known."""
    return features.put(session, LAYER, incoming, actor, at)


def move(session, ids, to_state, actor, at, **details):
    """Takes enterprises to a state together."""
    return features.move(session, LAYER, [features.Step(one, to_state, at) for one in ids], actor, at)
''',
    "queries.py": '''"""What is asked of enterprises."""

from sqlalchemy import select

from layers.enterprises.record import Enterprise


def names(session):
    """The names of all enterprises."""
    return list(session.execute(select(Enterprise.name).order_by(Enterprise.name)).scalars())
''',
}

STEP = f'''"""Enterprises."""

import sqlalchemy as sa
from alembic import op

from data.columns import Geometry, Key, Moment
from data.migrations.places import drop_place_table

revision = "enterprises"
down_revision = "{newest()}"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "enterprises",
        sa.Column("id", Key, nullable=False),
        sa.Column("source_id", sa.Text(), nullable=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("workers", sa.Integer(), nullable=False),
        sa.Column("geometry", Geometry("POINT"), nullable=False),
        sa.Column("valid_from", Moment(), nullable=True),
        sa.Column("valid_to", Moment(), nullable=True),
        sa.Column("since", Moment(), nullable=True),
        sa.Column("changed_at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_enterprises")),
        sa.UniqueConstraint("source_id", name=op.f("uq_enterprises_source_id")),
        sqlite_autoincrement=True,
    )


def downgrade() -> None:
    drop_place_table("enterprises")
'''

#: What a browser is given, asked of the application without a server between.
ASK = """
import json, sys
from webmap import create_app
client = create_app().test_client()
print(json.dumps({path: client.get(path).get_data(as_text=True) for path in sys.argv[1:]}))
"""

LNG, LAT = 120.12, 30.28
BOX = "120.1,30.2,120.2,30.3"
MILL = {
    "type": "FeatureCollection",
    "features": [
        {
            "type": "Feature",
            "geometry": {"type": "Point", "coordinates": [LNG, LAT]},
            "properties": {"id": "E1", "企业": "纺织厂", "workers": 80},
        }
    ],
}


class Checkout:
    """A copy of the checkout with the layer in it, and a store of its own."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.environment = {
            **os.environ,
            "LINLI_DATABASE_URL": f"sqlite:///{root / 'store.sqlite'}",
            "PYTHONPATH": str(root),
        }

    def python(self, *words: str, code: int = 0) -> str:
        """What this Python says on stdout when it runs in the copy; its exit code is looked at."""
        done = subprocess.run(
            [sys.executable, *words], cwd=self.root, env=self.environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == code, done.stdout + done.stderr
        return done.stdout

    def linli(self, *words: str, code: int = 0) -> str:
        return self.python("-m", "webmap.cli", *words, code=code)

    def asked(self, *paths: str) -> dict[str, Any]:
        """The answers to requests, JSON read."""
        found = json.loads(self.python("-c", ASK, *paths))
        return {path: json.loads(body) if body.startswith("{") else body for path, body in found.items()}


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Checkout:
    root = tmp_path_factory.mktemp("checkout")
    for pattern in (*(f"{package}/**/*" for package in (*PACKAGES, "setup", "docs")), "pyproject.toml"):
        for file in files(pattern):
            copy = root / name_of(file)
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(file, copy)
    folder = root / "layers" / "enterprises"
    folder.mkdir()
    for name, text in FOLDER.items():
        (folder / name).write_text(text, encoding="utf-8")
    (root / "data" / "migrations" / "versions" / "enterprises.py").write_text(STEP, encoding="utf-8")
    (root / "mill.geojson").write_text(json.dumps(MILL), encoding="utf-8")
    made = Checkout(root)
    made.linli("migrate")
    made.linli("load", "enterprises", "mill.geojson")
    return made


def test_nothing_knew_of_the_layer_before() -> None:
    told = [name_of(file) for package in PACKAGES for file in files(f"{package}/**/*.py")
            if "enterprises" in file.read_text(encoding="utf-8")]  # fmt: skip

    assert not (ROOT / "layers" / "enterprises").exists()
    assert told == []


def test_the_copy_runs_its_own_code(checkout: Checkout) -> None:
    assert checkout.python("-c", "import layers; print(layers.__file__)").startswith(str(checkout.root))
    assert checkout.linli("migrate", "--check") == "schema enterprises, newest enterprises\n"


def test_what_was_loaded_comes_out_again(checkout: Checkout) -> None:
    checkout.linli("export", "enterprises", "out.geojson")

    (feature,) = json.loads((checkout.root / "out.geojson").read_text(encoding="utf-8"))["features"]
    properties = {name: feature["properties"][name] for name in ("source_id", "name", "state", "workers")}
    assert properties == {"source_id": "E1", "name": "纺织厂", "state": "open", "workers": 80}
    assert feature["geometry"]["coordinates"] == pytest.approx([LNG, LAT])


def test_the_api_serves_and_lists_and_describes_it(checkout: Checkout) -> None:
    found = checkout.asked(f"/api/v1/enterprises?bbox={BOX}", "/api/v1/layers", "/openapi.json")
    features, listed, described = found.values()

    assert [feature["properties"]["name"] for feature in features["features"]] == ["纺织厂"]
    assert "workers" not in features["features"][0]["properties"]
    assert "enterprises" in [layer["name"] for layer in listed["layers"]]
    assert "/api/v1/enterprises" in described["paths"]


def test_the_map_page_offers_it_as_a_layer_and_as_a_figure(checkout: Checkout) -> None:
    (page,) = checkout.asked("/").values()

    assert '"name":"enterprises","title":"Enterprises reopening"' in page
    assert '"name":"enterprises","title":"Enterprises at work"' in page


def test_its_figure_is_in_the_state_of_cells(checkout: Checkout) -> None:
    state = json.loads(checkout.linli("cells", "--bbox", BOX, "--res", "9", "--json"))

    assert list(state["cells"].values()) == [{"enterprises": 1}]


def test_the_public_sees_its_figure_at_every_resolution(checkout: Checkout) -> None:
    answers = checkout.asked(*(f"/api/v1/cells?bbox=119.5,29.7,120.7,30.9&res={res}" for res in range(5, 12)))

    assert [list(answer["cells"].values()) for answer in answers.values()] == [[{"enterprises": 1}]] * 7


def test_the_store_verifies(checkout: Checkout) -> None:
    checkout.linli("verify")


def test_the_written_document_of_layers_has_it_once_it_is_written_anew(checkout: Checkout) -> None:
    check = "setup/check_documents.py"
    assert "docs/layers.md" in checkout.python(check, code=1)

    checkout.python(check, "--update")

    checkout.python(check)
    text = (checkout.root / "docs" / "layers.md").read_text(encoding="utf-8")
    assert "## Enterprises reopening 复工企业" in text
    assert "| `enterprises` | Enterprises at work | 已复工企业 |" in text
