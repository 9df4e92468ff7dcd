"""Makes a plan: where so many volunteers should stand to bring the most need within reach, and what is left over."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray
from sqlalchemy.orm import Session

from data.areas import communities_of
from geo.cells import COVER, centers
from geo.reach import Places, Reach
from layers.cell_state.queries import rollup_rows
from layers.compounds.queries import nearest_names
from layers.planning.choosing import Decision, decide
from layers.planning.claims import claims_of_others
from layers.planning.covering import Problem, adds
from layers.planning.demand import Asked, Served, asked_for, on_duty_in, served
from layers.planning.field import Field, around, demand_of, field_of, outside_of
from layers.planning.gates import without_gate
from layers.planning.ground import ground_around, restrictions_at
from layers.planning.open_needs import open_near
from layers.planning.plan import CellShortfall, Change, Left, Plan, Post, WithoutGate
from layers.planning.queries import weights_kept
from layers.planning.ruled import within_reach
from layers.planning.rules import A_POINT, Reason, Request, Weights, checked, reason_of, shared_out
from layers.planning.shortfall import by_cell
from layers.planning.terms import Terms
from layers.vocabulary.queries import vocabulary


def make_plan(
    session: Session, request: Request, zone: ZoneInfo, now: datetime, compared_with: Sequence[int] | None = None
) -> Plan:
    """The plan for a request, by what is known at `now`. compared_with: the cells of other posts; the plan then says
    who gains and who loses beside them. Raises BadInput, and TooMuch for too large an area.
    """
    words = vocabulary(session)
    request = checked(request, list(words.roles), now)
    weights = weights_kept(session)
    restrictions = restrictions_at(session, request.starts_at, zone)
    needs = open_near(session, words.serves[request.role], request.box)
    asked = asked_for(needs, request, words, restrictions, weights)
    on_duty = on_duty_in(session, request.role, request.starts_at, request.ends_at)
    taken = served(on_duty, request, asked, weights)
    named = sorted({*request.terms.locked, *(compared_with or ())})
    cells, minutes = around(asked.cell, request.terms, named)
    ground = ground_around(session, cells, max(request.minutes, minutes), restrictions)
    claims = claims_of_others(session, request.organization, request.starts_at, request.ends_at)
    made = _Made(
        session, request, weights, asked, taken, field_of(request, demand_of(asked, taken, ground), ground, named),
        tuple(cell for claim in claims for cell in claim.cells),
    )  # fmt: skip
    return made.plan(without_gate(session, restrictions, request.box), compared_with)


@dataclass(eq=False)
class _Made:
    """A plan while it is made: what it is made from, and the parts of the answer."""

    session: Session
    request: Request
    weights: Weights
    asked: Asked
    taken: Served
    field: Field
    claimed: tuple[int, ...]

    def plan(self, shut_in: Sequence[WithoutGate], compared_with: Sequence[int] | None) -> Plan:
        """The whole of it."""
        demand, decision = self.field.demand, self.decision
        nearest = _nearest_post(decision.posts, self.field.found, len(self.field.ground.network.cells))
        looks_after = np.where(demand.leads_there & self.counted(self.request.terms), nearest[demand.place], -1)
        is_left = (looks_after < 0) & self.counted(self.request.terms)
        return Plan(
            request=self.request, weights=self.weights, cells=self._by_cell(), covered=decision.covered / A_POINT,
            bound=decision.bound / A_POINT, posts=self._posts(looks_after), next_adds=decision.further / A_POINT,
            left=self._left(is_left), without_gate=shut_in, decision=decision, left_out=self._left_out() / A_POINT,
            changes=None if compared_with is None else self._changes(compared_with), way=self.field.ground.way,
        )  # fmt: skip

    def counted(self, terms: Terms) -> NDArray[np.bool_]:
        """Which rows of the demand count under some terms."""
        return outside_of(self.field.demand.cell, self._excluded(terms))

    @cached_property
    def decision(self) -> Decision:
        """Where to stand."""
        lngs, lats = centers(self.field.demand.cell)
        communities = communities_of(self.session, lngs, lats)
        return decide(self.field, self.request.terms, self.request.volunteers, communities, self.counted)

    def _excluded(self, terms: Terms) -> tuple[int, ...]:
        return terms.excluded + (self.claimed if terms.without_claimed else ())

    def _left_out(self) -> int:
        """Hundredths of a point that do not count, because their cells are excluded or claimed."""
        return int(self.field.demand.left[~self.counted(self.request.terms)].sum())

    def _by_cell(self) -> list[CellShortfall]:
        figures = by_cell(self.asked, self.taken, outside_of(self.asked.cell, self._excluded(self.request.terms)))
        lngs, lats = centers(figures.cell)
        names = nearest_names(self.session, lngs, lats, self.request.starts_at)
        points = (figures.need, figures.ours, figures.others, figures.left)
        columns = (lngs.tolist(), lats.tolist(), names, *(column.tolist() for column in points))
        return [CellShortfall(*row) for row in zip(figures.cell.tolist(), *columns, figures.gap.tolist(), strict=True)]

    def _posts(self, looks_after: Places) -> list[Post]:
        demand, chosen = self.field.demand, list(self.decision.posts)
        found = self.field.ground.network.cells[self.field.posts[chosen]]
        lngs, lats = centers(found)
        names = nearest_names(self.session, lngs, lats, self.request.starts_at)
        need = [int(demand.left[looks_after == at].sum()) / A_POINT for at in range(len(chosen))]
        volunteers = shared_out(self.request.volunteers, need)
        added = adds(self.field.problem(self.counted(self.request.terms)), chosen)
        locked = set(self.request.terms.locked)
        places = zip(found.tolist(), lngs.tolist(), lats.tolist(), names, strict=True)
        return [
            Post(
                cell, lng, lat, name, volunteers[at], added[at] / A_POINT, need[at],
                tuple(np.unique(demand.cell[looks_after == at]).tolist()), cell in locked,
            )
            for at, (cell, lng, lat, name) in enumerate(places)
        ]  # fmt: skip

    def _left(self, is_left: NDArray[np.bool_]) -> list[Left]:
        """Cells with need that no post reaches, most need first."""
        demand = self.field.demand
        by_cell: dict[tuple[int, Reason], int] = {}
        for at in np.flatnonzero(is_left).tolist():
            reason = reason_of(bool(demand.leads_there[at]), float(demand.on_duty[at]))
            key = (int(demand.cell[at]), reason)
            by_cell[key] = by_cell.get(key, 0) + int(demand.left[at])
        keys = sorted(by_cell, key=lambda key: (-by_cell[key], key))
        lngs, lats = centers(np.array([cell for cell, _ in keys], dtype=np.int64))
        names = nearest_names(self.session, lngs, lats, self.request.starts_at)
        return [
            Left(cell, lng, lat, name, by_cell[cell, reason] / A_POINT, reason)
            for (cell, reason), lng, lat, name in zip(keys, lngs.tolist(), lats.tolist(), names, strict=True)
        ]

    def _changes(self, others: Sequence[int]) -> list[Change]:
        """By the nearest compound: what of it other posts bring within reach, and what these do. By what is known now,
        whether it counts for the plan or not.
        """
        demand, column = self.field.demand, self.field.column
        problem = Problem(self.field.reached, self.field.by_end(demand.left))
        is_reached = [
            (column >= 0) & (within_reach(problem, posts)[column] > 0 if len(self.field.ends) else False)
            for posts in (self.field.of_cells(others), self.decision.posts)
        ]
        lngs, lats = centers(demand.cell)
        names = nearest_names(self.session, lngs, lats, self.request.starts_at)
        communities = communities_of(self.session, lngs, lats)
        homes = self._homes()
        found: dict[str, list[float]] = {}
        where = dict(zip(names, communities, strict=True))
        for side, reached in enumerate(is_reached):
            cells_by_name: dict[str, set[int]] = {}
            for at in np.flatnonzero(reached).tolist():
                row = found.setdefault(names[at], [0, 0, 0, 0])
                row[side] += int(demand.left[at])
                cells_by_name.setdefault(names[at], set()).add(int(demand.cell[at]))
            for name, cells in cells_by_name.items():
                found[name][2 + side] = sum(homes.get(cell, 0) for cell in cells)
        changes = [
            Change(name, where[name], row[0] / A_POINT, row[1] / A_POINT, int(row[2]), int(row[3]))
            for name, row in found.items()
        ]
        return sorted(changes, key=lambda one: (-abs(one.after - one.before), one.near))

    def _homes(self) -> dict[int, int]:
        """Households by cell of the demand."""
        cells = self.field.demand.cell
        if not len(cells):
            return {}
        rows = rollup_rows(self.session, COVER, int(cells.min()), int(cells.max()), ("households",))
        return {int(cell): int(count) for cell, count in rows}


def _nearest_post(posts: Sequence[int], found: Reach, places: int) -> Places:
    """For each place of the network which of the chosen posts is nearest, -1 where none reaches it."""
    nearest = np.full(places, -1)
    order = {post: at for at, post in enumerate(posts)}
    rows = np.flatnonzero(np.isin(found.start, list(posts)))
    rows = rows[np.argsort(-found.minutes[rows], kind="stable")]
    nearest[found.place[rows]] = [order[post] for post in found.start[rows].tolist()]
    return nearest
