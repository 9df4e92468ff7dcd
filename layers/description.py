"""What a layer says of itself. Everything that lists layers (API, exports, legend, docs) reads it from here."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal

from pydantic import BaseModel

from layers.text import Text

if TYPE_CHECKING:
    from sqlalchemy import Table
    from sqlalchemy.orm import Session
    from sqlalchemy.sql.elements import KeyedColumnElement

GeometryKind = Literal["point", "polygon"]


@dataclass(frozen=True, slots=True)
class Span:
    """What one feature adds to its cells while an interval holds: [starts, ends), None for without end.

    `kind` names the measures fed by it (see Measure); `first` and `second` are whole numbers (apportioned over the
    cover where the measure says so), `tag` a word such as a role, `hours` OSM opening hours that narrow the interval.
    """

    kind: str
    starts: datetime | None
    ends: datetime | None
    first: int = 1
    second: int = 0
    tag: str = ""
    hours: str = ""


@dataclass(frozen=True, slots=True)
class Contribution:
    """What one feature adds to the state of the cells under it: amounts that only a write changes, and spans."""

    amounts: Mapping[str, int] = field(default_factory=dict)
    spans: Sequence[Span] = ()


@dataclass(frozen=True, slots=True)
class Measure:
    """One figure of a cell's state.

    source: "amount" (a rollup column of the same name) or "span" (spans of `kind`, column `column`).
    combine: "sum" (apportioned over the cover, so that sums hold) or "max" (the highest number that holds).
    words: for "max", the word each number stands for, as the API gives it.
    """

    name: str
    title: Text
    source: Literal["amount", "span"]
    public: bool
    kind: str = ""
    column: Literal["first", "second"] = "first"
    combine: Literal["sum", "max"] = "sum"
    words: Mapping[int, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class LegendEntry:
    """One printed line of the legend: the value of `field` it stands for and how it is drawn."""

    value: str
    title: Text
    colour: str  # name of a colour token of tokens.css, without the dashes
    icon: str = ""  # name of a symbol of the icon sheet
    dash: bool = False


@dataclass(frozen=True, slots=True)
class Story:
    """How what happened to a layer's features is told: the title of each state, what a move (from, to) was, and what
    else was done, by its verb in the journal.
    """

    states: Mapping[str, Text] = field(default_factory=dict)
    moves: Mapping[tuple[str, str], Text] = field(default_factory=dict)
    done: Mapping[str, Text] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, eq=False)
class Layer:
    """The description of one layer; `layers.catalogue` collects them in drawing order."""

    name: str
    title: Text
    about: Text
    geometry: GeometryKind
    table: Table
    feature: type[BaseModel]
    contribution: Callable[[Mapping[str, Any]], Contribution]
    drawing_order: int
    public: bool
    public_fields: tuple[str, ...] = ()
    measures: tuple[Measure, ...] = ()
    rollup_columns: tuple[str, ...] = ()
    legend_field: str = ""
    legend: tuple[LegendEntry, ...] = ()
    state_field: str = ""
    moves: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    story: Story = Story()
    interval: tuple[str, str] = ("valid_from", "valid_to")  # the columns between which the feature holds
    public_states: tuple[str, ...] = ()  # where given, features in other states are not public
    first_states: tuple[str, ...] = ()  # where given, a person writes a feature in one of these, the first unless they
    # say; from there moves lead on, and what stands in another is not written over
    prepare: Callable[[Session, list[dict[str, Any]], datetime], None] | None = (
        None  # fills columns derived on the way in
    )
    row_at: Callable[[dict[str, Any], datetime], dict[str, Any]] | None = None  # where time alone changes a row
    as_public: Callable[[dict[str, Any]], dict[str, Any]] | None = None  # where public fields do not tell all of a row
    move_rule: Callable[[Mapping[str, Any], str], bool] | None = None  # where `moves` alone does not decide
    private_table: Table | None = None  # what purge deletes; its first column is the feature's id
    private_references: tuple[
        KeyedColumnElement[Any], ...
    ] = ()  # in further private tables, the column that names the feature
    kept_on_update: tuple[str, ...] = ()  # columns that loading the same source id again leaves as they are

    derived: Mapping[str, Text] = field(default_factory=dict)  # titles of columns that follow from what is done

    def may_move(self, row: Mapping[str, Any], to_state: str) -> bool:
        """Whether the feature in `row` may go to `to_state`, whoever asks."""
        if self.move_rule is not None:
            return self.move_rule(row, to_state)
        return to_state in self.moves.get(row[self.state_field], ())

    def private_columns(self) -> tuple[KeyedColumnElement[Any], ...]:
        """By which columns everything private of a feature is found, and deleted."""
        own = () if self.private_table is None else (self.private_table.c[0],)
        return (*own, *self.private_references)

    def title_of(self, field_name: str) -> Text:
        """The title of one of the layer's fields, from its schema or `derived`; the bare name where neither has one."""
        info = self.feature.model_fields.get(field_name)
        extra = info.json_schema_extra if info is not None else None
        if isinstance(extra, dict) and "title_zh" in extra:
            return Text(en=str(info.title if info else field_name), zh=str(extra["title_zh"]))
        if field_name in self.derived:
            return self.derived[field_name]
        return Text(en=field_name.replace("_", " "), zh=field_name)
