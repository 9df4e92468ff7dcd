"""The first schema: six layers, areas, accounts, journal, cell figures, publications."""

from __future__ import annotations

import secrets

import sqlalchemy as sa
from alembic import op

from data.columns import Geometry, Json, Key, Moment
from data.migrations.places import drop_place_table

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


#: First filling; an administrator changes the tables, not this step. (service, English, Chinese), in slot order.
SERVICES = (
    ("food", "Food", "食品"),
    ("medicine", "Medicine", "药品"),
    ("supplies", "Supplies", "生活物资"),
    ("elder_care", "Elder care", "老人照护"),
    ("child_care", "Child care", "儿童照看"),
    ("counselling", "Counselling", "心理疏导"),
    ("medical_transport", "Medical transport", "就医接送"),
    ("repairs", "Repairs", "维修"),
)
#: (role, English, Chinese, services it serves)
ROLES = (
    ("delivery", "Delivery", "配送", ("food", "medicine", "supplies")),
    ("care", "Care", "照护", ("elder_care", "child_care", "counselling")),
    ("transport", "Transport", "接送", ("medical_transport",)),
    ("gate", "Gate", "值守", ()),
    ("sweep", "Door to door", "上门排查", ()),
)
#: Figure columns of the rollups: open needs by service slot (s), taken ones among them (t).
FIGURES = (
    "households",
    "population",
    "urgent",
    *(f"{kind}{slot:02d}" for kind in "st" for slot in range(16)),
)


def _figures() -> list[sa.Column[int]]:
    return [sa.Column(name, sa.Integer(), server_default="0", nullable=False) for name in FIGURES]


def _first_filling() -> None:
    kept = sa.table("kept", sa.column("key"), sa.column("value"))
    op.bulk_insert(kept, [{"key": "household_key", "value": secrets.token_hex(32)}])
    services = sa.table("services", *(sa.column(name) for name in ("name", "slot", "title_en", "title_zh")))
    roles = sa.table("shift_roles", *(sa.column(name) for name in ("name", "title_en", "title_zh")))
    serves = sa.table("shift_role_services", sa.column("role"), sa.column("service"))
    op.bulk_insert(
        services,
        [{"name": name, "slot": slot, "title_en": en, "title_zh": zh} for slot, (name, en, zh) in enumerate(SERVICES)],
    )
    op.bulk_insert(roles, [{"name": name, "title_en": en, "title_zh": zh} for name, en, zh, _ in ROLES])
    op.bulk_insert(serves, [{"role": role, "service": service} for role, _, _, served in ROLES for service in served])


def upgrade() -> None:
    op.create_table(
        "accounts",
        sa.Column("id", Key, nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("password", sa.Text(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("fs_uniquifier", sa.String(length=64), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("organization", sa.Text(), nullable=False),
        sa.Column("language", sa.String(length=16), nullable=False),
        sa.Column("is_demo", sa.Boolean(), nullable=False),
        sa.Column("created_at", Moment(), nullable=False),
        sa.Column("last_seen_at", Moment(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_accounts")),
        sa.UniqueConstraint("email", name=op.f("uq_accounts_email")),
        sa.UniqueConstraint("fs_uniquifier", name=op.f("uq_accounts_fs_uniquifier")),
    )
    op.create_table(
        "areas",
        sa.Column("id", Key, nullable=False),
        sa.Column("level", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("name_en", sa.Text(), nullable=False),
        sa.Column("aliases", Json(), nullable=False),
        sa.Column("parent_code", sa.Text(), nullable=True),
        sa.Column("search_text", sa.Text(), nullable=False),
        sa.Column("geometry", Geometry("MULTIPOLYGON", spatial_index=False), nullable=True),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("changed_at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_areas")),
        sa.UniqueConstraint("code", name=op.f("uq_areas_code")),
    )
    op.create_index(op.f("ix_areas_level_changed_at"), "areas", ["level", "changed_at"], unique=False)
    op.create_index(op.f("ix_areas_parent_code"), "areas", ["parent_code"], unique=False)
    op.create_table(
        "cell_deltas",
        sa.Column("id", Key, nullable=False),
        sa.Column("cell", Key, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        *_figures(),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cell_deltas")),
    )
    op.create_index("ix_cell_deltas_at", "cell_deltas", ["at"], unique=False)
    op.create_table(
        "cell_rollups",
        sa.Column("res", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("cell", Key, autoincrement=False, nullable=False),
        *_figures(),
        sa.PrimaryKeyConstraint("res", "cell", name=op.f("pk_cell_rollups")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "cell_spans",
        sa.Column("id", Key, nullable=False),
        sa.Column("layer", sa.Text(), nullable=False),
        sa.Column("feature_id", Key, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("tag", sa.Text(), nullable=False),
        sa.Column("hours", sa.Text(), nullable=False),
        sa.Column("first", sa.Integer(), nullable=False),
        sa.Column("second", sa.Integer(), nullable=False),
        sa.Column("starts", sa.BigInteger(), nullable=False),
        sa.Column("ends", sa.BigInteger(), nullable=False),
        sa.Column("size", sa.SmallInteger(), nullable=False),
        sa.Column("lo", Key, nullable=False),
        sa.Column("hi", Key, nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("settled", sa.SmallInteger(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cell_spans")),
    )
    op.create_index("ix_cell_spans_ends", "cell_spans", ["ends"], unique=False)
    op.create_index("ix_cell_spans_layer_feature_id", "cell_spans", ["layer", "feature_id"], unique=False)
    op.create_index("ix_cell_spans_size_starts", "cell_spans", ["size", "starts"], unique=False)
    op.create_table(
        "checkpoints",
        sa.Column("id", Key, nullable=False),
        sa.Column("source_id", sa.Text(), nullable=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("hours", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("staff_wanted", sa.Integer(), nullable=False),
        sa.Column("passed", sa.Integer(), nullable=False),
        sa.Column("temperature_high", sa.Integer(), nullable=False),
        sa.Column("referred", sa.Integer(), nullable=False),
        sa.Column("compound", sa.Text(), nullable=True),
        sa.Column("geometry", Geometry("POINT"), nullable=False),
        sa.Column("valid_from", Moment(), nullable=True),
        sa.Column("valid_to", Moment(), nullable=True),
        sa.Column("since", Moment(), nullable=True),
        sa.Column("changed_at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_checkpoints")),
        sa.UniqueConstraint("source_id", name=op.f("uq_checkpoints_source_id")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "compounds",
        sa.Column("id", Key, nullable=False),
        sa.Column("source_id", sa.Text(), nullable=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("aliases", Json(), nullable=False),
        sa.Column("households", sa.Integer(), nullable=False),
        sa.Column("population", sa.Integer(), nullable=False),
        sa.Column("community", sa.Text(), nullable=True),
        sa.Column("subdistrict", sa.Text(), nullable=True),
        sa.Column("address", sa.Text(), nullable=True),
        sa.Column("geometry", Geometry("MULTIPOLYGON"), nullable=False),
        sa.Column("valid_from", Moment(), nullable=True),
        sa.Column("valid_to", Moment(), nullable=True),
        sa.Column("since", Moment(), nullable=True),
        sa.Column("changed_at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_compounds")),
        sa.UniqueConstraint("source_id", name=op.f("uq_compounds_source_id")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_compounds_name"), "compounds", ["name"], unique=False)
    op.create_table(
        "idempotency_keys",
        sa.Column("key_hash", sa.Text(), nullable=False),
        sa.Column("body_hash", sa.Text(), nullable=False),
        sa.Column("need_id", Key, nullable=False),
        sa.Column("created_at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("key_hash", name=op.f("pk_idempotency_keys")),
    )
    op.create_index(op.f("ix_idempotency_keys_created_at"), "idempotency_keys", ["created_at"], unique=False)
    op.create_table(
        "journal",
        sa.Column("seq", Key, nullable=False),
        sa.Column("public_seq", Key, nullable=True),
        sa.Column("recorded_at", Moment(), nullable=False),
        sa.Column("effective_at", Moment(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("layer", sa.Text(), nullable=False),
        sa.Column("feature_id", Key, nullable=True),
        sa.Column("verb", sa.Text(), nullable=False),
        sa.Column("from_state", sa.Text(), nullable=True),
        sa.Column("to_state", sa.Text(), nullable=True),
        sa.Column("cells", Json(), nullable=False),
        sa.Column("details", Json(), nullable=True),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_journal")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_journal_layer_feature_id", "journal", ["layer", "feature_id"], unique=False)
    op.create_index(op.f("ix_journal_public_seq"), "journal", ["public_seq"], unique=False)
    op.create_table(
        "kept",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_kept")),
    )
    op.create_table(
        "needs",
        sa.Column("id", Key, nullable=False),
        sa.Column("source_id", sa.Text(), nullable=True),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("token_hash", sa.Text(), nullable=True),
        sa.Column("service", sa.Text(), nullable=False),
        sa.Column("slot", sa.SmallInteger(), nullable=False),
        sa.Column("urgency", sa.Text(), nullable=False),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("state_before", sa.Text(), nullable=True),
        sa.Column("leaf", Key, nullable=False),
        sa.Column("community", sa.Text(), nullable=False),
        sa.Column("household", sa.Text(), nullable=True),
        sa.Column("organization", sa.Text(), nullable=True),
        sa.Column("duplicate_of", Key, nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("reported_at", Moment(), nullable=False),
        sa.Column("acknowledged_at", Moment(), nullable=True),
        sa.Column("assigned_at", Moment(), nullable=True),
        sa.Column("met_at", Moment(), nullable=True),
        sa.Column("confirmed_at", Moment(), nullable=True),
        sa.Column("valid_from", Moment(), nullable=True),
        sa.Column("valid_to", Moment(), nullable=True),
        sa.Column("since", Moment(), nullable=True),
        sa.Column("changed_at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_needs")),
        sa.UniqueConstraint("source_id", name=op.f("uq_needs_source_id")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_needs_token_hash")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_needs_leaf"), "needs", ["leaf"], unique=False)
    op.create_index(op.f("ix_needs_reference"), "needs", ["reference"], unique=False)
    op.create_table(
        "needs_private",
        sa.Column("need_id", Key, autoincrement=False, nullable=False),
        sa.Column("lng", sa.Double(), nullable=False),
        sa.Column("lat", sa.Double(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("contact", sa.Text(), nullable=False),
        sa.Column("compound", sa.Text(), nullable=False),
        sa.Column("building", sa.Text(), nullable=False),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("need_id", name=op.f("pk_needs_private")),
    )
    op.create_table(
        "publications",
        sa.Column("number", Key, nullable=False),
        sa.Column("slot", sa.BigInteger(), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_publications")),
        sa.UniqueConstraint("slot", name=op.f("uq_publications_slot")),
    )
    op.create_index(op.f("ix_publications_at"), "publications", ["at"], unique=False)
    op.create_table(
        "published_cells",
        sa.Column("number", Key, autoincrement=False, nullable=False),
        sa.Column("cell", Key, autoincrement=False, nullable=False),
        sa.Column("res", sa.SmallInteger(), nullable=False),
        sa.Column("needs", sa.Integer(), nullable=False),
        sa.Column("services", Json(), nullable=False),
        sa.PrimaryKeyConstraint("number", "cell", name=op.f("pk_published_cells")),
    )
    op.create_table(
        "quarantine_zones",
        sa.Column("id", Key, nullable=False),
        sa.Column("source_id", sa.Text(), nullable=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("level", sa.Text(), nullable=False),
        sa.Column("order_reference", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("geometry", Geometry("MULTIPOLYGON"), nullable=False),
        sa.Column("valid_from", Moment(), nullable=True),
        sa.Column("valid_to", Moment(), nullable=True),
        sa.Column("since", Moment(), nullable=True),
        sa.Column("changed_at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quarantine_zones")),
        sa.UniqueConstraint("source_id", name=op.f("uq_quarantine_zones_source_id")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "roles",
        sa.Column("id", Key, nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_roles")),
        sa.UniqueConstraint("name", name=op.f("uq_roles_name")),
    )
    op.create_table(
        "services",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("slot", sa.SmallInteger(), nullable=False),
        sa.Column("title_en", sa.Text(), nullable=False),
        sa.Column("title_zh", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_services")),
        sa.UniqueConstraint("slot", name=op.f("uq_services_slot")),
    )
    op.create_table(
        "shift_roles",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("title_en", sa.Text(), nullable=False),
        sa.Column("title_zh", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_shift_roles")),
    )
    op.create_table(
        "supply_drops",
        sa.Column("id", Key, nullable=False),
        sa.Column("source_id", sa.Text(), nullable=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("window_from", Moment(), nullable=False),
        sa.Column("window_to", Moment(), nullable=False),
        sa.Column("items", Json(), nullable=False),
        sa.Column("compounds_served", Json(), nullable=False),
        sa.Column("organization", sa.Text(), nullable=False),
        sa.Column("delivered_at", Moment(), nullable=True),
        sa.Column("geometry", Geometry("POINT"), nullable=False),
        sa.Column("valid_from", Moment(), nullable=True),
        sa.Column("valid_to", Moment(), nullable=True),
        sa.Column("since", Moment(), nullable=True),
        sa.Column("changed_at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_supply_drops")),
        sa.UniqueConstraint("source_id", name=op.f("uq_supply_drops_source_id")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_supply_drops_window_from"), "supply_drops", ["window_from"], unique=False)
    op.create_table(
        "volunteer_shifts",
        sa.Column("id", Key, nullable=False),
        sa.Column("source_id", sa.Text(), nullable=True),
        sa.Column("organization", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("starts_at", Moment(), nullable=False),
        sa.Column("ends_at", Moment(), nullable=False),
        sa.Column("places_wanted", sa.Integer(), nullable=False),
        sa.Column("places_filled", sa.Integer(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("cells", Json(), nullable=False),
        sa.Column("compounds", Json(), nullable=False),
        sa.Column("geometry", Geometry("MULTIPOLYGON"), nullable=False),
        sa.Column("valid_from", Moment(), nullable=True),
        sa.Column("valid_to", Moment(), nullable=True),
        sa.Column("since", Moment(), nullable=True),
        sa.Column("changed_at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_volunteer_shifts")),
        sa.UniqueConstraint("source_id", name=op.f("uq_volunteer_shifts_source_id")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_volunteer_shifts_starts_at"), "volunteer_shifts", ["starts_at"], unique=False)
    op.create_table(
        "account_roles",
        sa.Column("account_id", Key, nullable=False),
        sa.Column("role_id", Key, nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_account_roles_account_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["role_id"], ["roles.id"], name=op.f("fk_account_roles_role_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("account_id", "role_id", name=op.f("pk_account_roles")),
    )
    op.create_table(
        "shift_role_services",
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("service", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["role"], ["shift_roles.name"], name=op.f("fk_shift_role_services_role")),
        sa.ForeignKeyConstraint(["service"], ["services.name"], name=op.f("fk_shift_role_services_service")),
        sa.PrimaryKeyConstraint("role", "service", name=op.f("pk_shift_role_services")),
    )
    _first_filling()


def downgrade() -> None:
    op.drop_table("shift_role_services")
    op.drop_table("account_roles")
    op.drop_index(op.f("ix_volunteer_shifts_starts_at"), table_name="volunteer_shifts")
    drop_place_table("volunteer_shifts")
    op.drop_index(op.f("ix_supply_drops_window_from"), table_name="supply_drops")
    drop_place_table("supply_drops")
    op.drop_table("shift_roles")
    op.drop_table("services")
    op.drop_table("roles")
    drop_place_table("quarantine_zones")
    op.drop_table("published_cells")
    op.drop_index(op.f("ix_publications_at"), table_name="publications")
    op.drop_table("publications")
    op.drop_table("needs_private")
    op.drop_index(op.f("ix_needs_reference"), table_name="needs")
    op.drop_index(op.f("ix_needs_leaf"), table_name="needs")
    op.drop_table("needs")
    op.drop_table("kept")
    op.drop_index(op.f("ix_journal_public_seq"), table_name="journal")
    op.drop_index("ix_journal_layer_feature_id", table_name="journal")
    op.drop_table("journal")
    op.drop_index(op.f("ix_idempotency_keys_created_at"), table_name="idempotency_keys")
    op.drop_table("idempotency_keys")
    op.drop_index(op.f("ix_compounds_name"), table_name="compounds")
    drop_place_table("compounds")
    drop_place_table("checkpoints")
    op.drop_index("ix_cell_spans_size_starts", table_name="cell_spans")
    op.drop_index("ix_cell_spans_layer_feature_id", table_name="cell_spans")
    op.drop_index("ix_cell_spans_ends", table_name="cell_spans")
    op.drop_table("cell_spans")
    op.drop_table("cell_rollups")
    op.drop_index("ix_cell_deltas_at", table_name="cell_deltas")
    op.drop_table("cell_deltas")
    op.drop_index(op.f("ix_areas_parent_code"), table_name="areas")
    op.drop_index(op.f("ix_areas_level_changed_at"), table_name="areas")
    drop_place_table("areas")
    op.drop_table("accounts")
