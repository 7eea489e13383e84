"""Tables of the main job."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "card_token_use",
        sa.Column("token_sha256", sa.String(length=64), nullable=False),
        sa.Column("session_sha256", sa.String(length=64), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("token_sha256", name=op.f("pk_card_token_use")),
    )
    op.create_table(
        "company",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=True,
            nullable=False,
        ),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("komet_id", sa.String(length=40), nullable=True),
        sa.Column("autoconfirm_orders", sa.Boolean(), nullable=False),
        sa.Column("cart_minutes", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_company")),
    )
    op.create_table(
        "komet_link",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=True,
            nullable=False,
        ),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("local_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("komet_id", sa.String(length=40), nullable=False),
        sa.Column("control_number", sa.String(length=40), nullable=False),
        sa.Column("posted_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_komet_link")),
        sa.UniqueConstraint("kind", "local_id", name=op.f("uq_komet_link_kind_local_id")),
    )
    op.create_table(
        "outbox",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=True,
            nullable=False,
        ),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("dedupe_key", sa.String(length=80), nullable=False),
        sa.Column("aggregate", sa.String(length=80), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("payload", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("refusals", sa.Integer(), nullable=False),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lease_owner", sa.String(length=64), nullable=True),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_error", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("state IN ('ready', 'done', 'dead')", name=op.f("ck_outbox_state")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox")),
        sa.UniqueConstraint("aggregate", "seq", name=op.f("uq_outbox_aggregate_seq")),
        sa.UniqueConstraint("dedupe_key", name=op.f("uq_outbox_dedupe_key")),
    )
    op.create_index("ix_outbox_state_next_at", "outbox", ["state", "next_at"], unique=False)
    op.create_table(
        "outbox_sequence",
        sa.Column("aggregate", sa.String(length=80), nullable=False),
        sa.Column("last_seq", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("aggregate", name=op.f("pk_outbox_sequence")),
    )
    op.create_table(
        "rate_counter",
        sa.Column("bucket", sa.String(length=120), nullable=False),
        sa.Column("minute", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("bucket", "minute", name=op.f("pk_rate_counter")),
    )
    op.create_table(
        "role",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=True,
            nullable=False,
        ),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("description", sa.String(length=200), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_role")),
        sa.UniqueConstraint("name", name=op.f("uq_role_name")),
    )
    op.create_table(
        "sync_cursor",
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_sync_cursor")),
    )
    op.create_table(
        "carrier",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=True,
            nullable=False,
        ),
        sa.Column(
            "company_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("komet_id", sa.String(length=40), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["company_id"], ["company.id"], name=op.f("fk_carrier_company_id_company")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_carrier")),
        sa.UniqueConstraint("komet_id", name=op.f("uq_carrier_komet_id")),
    )
    op.create_table(
        "customer",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=True,
            nullable=False,
        ),
        sa.Column("public_id", sa.String(length=24), nullable=False),
        sa.Column(
            "company_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("komet_id", sa.String(length=40), nullable=True),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("price_level", sa.String(length=1), nullable=False),
        sa.Column("price_b_markup_bp", sa.Integer(), nullable=False),
        sa.Column("terms", sa.String(length=200), nullable=False),
        sa.Column("credit_limit_cents", sa.BigInteger(), nullable=True),
        sa.Column("credit_hold", sa.Boolean(), nullable=False),
        sa.Column("charge_tax", sa.Boolean(), nullable=False),
        sa.Column("invoice_emails", sa.Text(), nullable=False),
        sa.Column("sales_person", sa.String(length=200), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("card_rule", sa.String(length=12), nullable=False),
        sa.Column("pays_on_confirmation", sa.Boolean(), nullable=False),
        sa.Column("fee_exempt", sa.Boolean(), nullable=False),
        sa.CheckConstraint(
            "card_rule IN ('optional', 'required', 'restricted')",
            name=op.f("ck_customer_card_rule"),
        ),
        sa.ForeignKeyConstraint(
            ["company_id"], ["company.id"], name=op.f("fk_customer_company_id_company")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_customer")),
        sa.UniqueConstraint("company_id", "code", name=op.f("uq_customer_company_id_code")),
        sa.UniqueConstraint("komet_id", name=op.f("uq_customer_komet_id")),
        sa.UniqueConstraint("public_id", name=op.f("uq_customer_public_id")),
    )
    op.create_index("ix_customer_company_id_name", "customer", ["company_id", "name"], unique=False)
    op.create_table(
        "location",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=True,
            nullable=False,
        ),
        sa.Column(
            "company_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("komet_id", sa.String(length=40), nullable=True),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("time_zone", sa.String(length=40), nullable=False),
        sa.Column("tax_bp", sa.Integer(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["company_id"], ["company.id"], name=op.f("fk_location_company_id_company")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_location")),
        sa.UniqueConstraint("company_id", "code", name=op.f("uq_location_company_id_code")),
        sa.UniqueConstraint("komet_id", name=op.f("uq_location_komet_id")),
    )
    op.create_table(
        "product",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=True,
            nullable=False,
        ),
        sa.Column("public_id", sa.String(length=24), nullable=False),
        sa.Column(
            "company_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("komet_id", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("division", sa.String(length=200), nullable=False),
        sa.Column("category", sa.String(length=200), nullable=False),
        sa.Column("variety", sa.String(length=200), nullable=False),
        sa.Column("colour", sa.String(length=200), nullable=False),
        sa.Column("grade", sa.String(length=200), nullable=False),
        sa.Column("search_text", sa.Text(), nullable=False),
        sa.Column("picture", sa.String(length=200), nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["company_id"], ["company.id"], name=op.f("fk_product_company_id_company")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_product")),
        sa.UniqueConstraint("komet_id", name=op.f("uq_product_komet_id")),
        sa.UniqueConstraint("public_id", name=op.f("uq_product_public_id")),
    )
    op.create_index(
        "ix_product_company_id_category", "product", ["company_id", "category"], unique=False
    )
    op.create_table(
        "user",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=True,
            nullable=False,
        ),
        sa.Column("public_id", sa.String(length=24), nullable=False),
        sa.Column(
            "company_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("email", sa.String(length=255), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("password", sa.String(length=255), nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("locale", sa.String(length=5), nullable=False),
        sa.Column("fs_uniquifier", sa.String(length=64), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("tf_primary_method", sa.String(length=64), nullable=True),
        sa.Column("tf_totp_secret", sa.String(length=255), nullable=True),
        sa.Column("mf_recovery_codes", sa.JSON(), nullable=True),
        sa.Column("create_datetime", sa.DateTime(timezone=True), nullable=False),
        sa.Column("update_datetime", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["company_id"], ["company.id"], name=op.f("fk_user_company_id_company")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_user")),
        sa.UniqueConstraint("email", name=op.f("uq_user_email")),
        sa.UniqueConstraint("fs_uniquifier", name=op.f("uq_user_fs_uniquifier")),
        sa.UniqueConstraint("public_id", name=op.f("uq_user_public_id")),
    )
    op.create_table(
        "audit",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=True,
            nullable=False,
        ),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "company_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column(
            "location_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column("actor", sa.String(length=40), nullable=False),
        sa.Column("address", sa.String(length=40), nullable=False),
        sa.Column("action", sa.String(length=40), nullable=False),
        sa.Column("object_type", sa.String(length=40), nullable=False),
        sa.Column("object_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("before", sa.JSON(), nullable=True),
        sa.Column("after", sa.JSON(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("prev_hash", sa.String(length=64), nullable=True),
        sa.Column("hash", sa.String(length=64), nullable=True),
        sa.ForeignKeyConstraint(
            ["company_id"], ["company.id"], name=op.f("fk_audit_company_id_company")
        ),
        sa.ForeignKeyConstraint(
            ["location_id"], ["location.id"], name=op.f("fk_audit_location_id_location")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit")),
    )
    op.create_index("ix_audit_object", "audit", ["object_type", "object_id"], unique=False)
    op.create_table(
        "buyer_customer",
        sa.Column("user_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "customer_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customer.id"], name=op.f("fk_buyer_customer_customer_id_customer")
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user.id"], name=op.f("fk_buyer_customer_user_id_user")
        ),
        sa.PrimaryKeyConstraint("user_id", "customer_id", name=op.f("pk_buyer_customer")),
    )
    op.create_table(
        "gateway_account",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=True,
            nullable=False,
        ),
        sa.Column(
            "company_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column(
            "location_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("plugin", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("environment", sa.String(length=10), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("settings_ciphertext", sa.Text(), nullable=False),
        sa.Column("shown_settings", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("failures_in_row", sa.Integer(), nullable=False),
        sa.Column("breaker_open_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_success_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_failure_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_failure", sa.String(length=200), nullable=False),
        sa.Column("notified_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "environment IN ('test', 'live')", name=op.f("ck_gateway_account_environment")
        ),
        sa.CheckConstraint("kind IN ('online', 'device')", name=op.f("ck_gateway_account_kind")),
        sa.ForeignKeyConstraint(
            ["company_id"], ["company.id"], name=op.f("fk_gateway_account_company_id_company")
        ),
        sa.ForeignKeyConstraint(
            ["location_id"], ["location.id"], name=op.f("fk_gateway_account_location_id_location")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_gateway_account")),
    )
    op.create_index(
        "one_online_account",
        "gateway_account",
        ["location_id"],
        unique=True,
        sqlite_where=sa.text("kind = 'online' AND retired_at IS NULL"),
        postgresql_where=sa.text("kind = 'online' AND retired_at IS NULL"),
    )
    op.create_table(
        "inventory_line",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=True,
            nullable=False,
        ),
        sa.Column("public_id", sa.String(length=24), nullable=False),
        sa.Column(
            "location_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column(
            "product_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("komet_id", sa.String(length=40), nullable=False),
        sa.Column("sort_name", sa.String(length=200), nullable=False),
        sa.Column("origin", sa.Integer(), nullable=False),
        sa.Column("grower", sa.String(length=200), nullable=False),
        sa.Column("country", sa.String(length=2), nullable=False),
        sa.Column("box_type", sa.String(length=40), nullable=False),
        sa.Column("unit_type", sa.String(length=10), nullable=False),
        sa.Column("bunches_per_box", sa.Integer(), nullable=False),
        sa.Column("stems_per_bunch", sa.Integer(), nullable=False),
        sa.Column("units_per_box", sa.Integer(), nullable=False),
        sa.Column("price_e4", sa.Integer(), nullable=False),
        sa.Column("boxes_available", sa.Integer(), nullable=False),
        sa.Column("boxes_reserved", sa.Integer(), nullable=False),
        sa.Column("available_from", sa.Date(), nullable=False),
        sa.Column("available_to", sa.Date(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.CheckConstraint("boxes_available >= 0", name=op.f("ck_inventory_line_boxes_available")),
        sa.CheckConstraint("boxes_reserved >= 0", name=op.f("ck_inventory_line_boxes_reserved")),
        sa.CheckConstraint("origin BETWEEN 1 AND 4", name=op.f("ck_inventory_line_origin")),
        sa.ForeignKeyConstraint(
            ["location_id"], ["location.id"], name=op.f("fk_inventory_line_location_id_location")
        ),
        sa.ForeignKeyConstraint(
            ["product_id"], ["product.id"], name=op.f("fk_inventory_line_product_id_product")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inventory_line")),
        sa.UniqueConstraint("komet_id", name=op.f("uq_inventory_line_komet_id")),
        sa.UniqueConstraint("public_id", name=op.f("uq_inventory_line_public_id")),
    )
    op.create_index(
        "ix_inventory_line_product", "inventory_line", ["product_id", "location_id"], unique=False
    )
    op.create_index(
        "ix_inventory_line_shelf",
        "inventory_line",
        ["location_id", "active", "sort_name", "id"],
        unique=False,
    )
    op.create_table(
        "journal_entry",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=True,
            nullable=False,
        ),
        sa.Column(
            "company_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column(
            "location_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("source_type", sa.String(length=40), nullable=False),
        sa.Column(
            "source_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["company_id"], ["company.id"], name=op.f("fk_journal_entry_company_id_company")
        ),
        sa.ForeignKeyConstraint(
            ["location_id"], ["location.id"], name=op.f("fk_journal_entry_location_id_location")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_journal_entry")),
        sa.UniqueConstraint(
            "source_type",
            "source_id",
            "kind",
            name=op.f("uq_journal_entry_source_type_source_id_kind"),
        ),
    )
    op.create_table(
        "location_card_settings",
        sa.Column(
            "location_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("status", sa.String(length=30), nullable=False),
        sa.Column("ecommerce_on", sa.Boolean(), nullable=False),
        sa.Column("salespeople_manage_cards", sa.Boolean(), nullable=False),
        sa.Column("preauthorization_on", sa.Boolean(), nullable=False),
        sa.Column("pay_on_confirmation_on", sa.Boolean(), nullable=False),
        sa.Column("fee_type", sa.String(length=12), nullable=False),
        sa.Column("fee_cents", sa.BigInteger(), nullable=False),
        sa.Column("fee_bp", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "fee_type IN ('none', 'convenience', 'surcharge')",
            name=op.f("ck_location_card_settings_fee_type"),
        ),
        sa.CheckConstraint(
            "status IN ('off', 'requested', 'applied', 'rates_pending', 'active', 'disabled_contact_support')",
            name=op.f("ck_location_card_settings_status"),
        ),
        sa.CheckConstraint(
            "fee_bp BETWEEN 0 AND 400", name=op.f("ck_location_card_settings_fee_bp")
        ),
        sa.CheckConstraint("fee_cents >= 0", name=op.f("ck_location_card_settings_fee_cents")),
        sa.ForeignKeyConstraint(
            ["location_id"],
            ["location.id"],
            name=op.f("fk_location_card_settings_location_id_location"),
        ),
        sa.PrimaryKeyConstraint("location_id", name=op.f("pk_location_card_settings")),
    )
    op.create_table(
        "ship_to",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=True,
            nullable=False,
        ),
        sa.Column("public_id", sa.String(length=24), nullable=False),
        sa.Column(
            "customer_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("komet_id", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column(
            "carrier_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["carrier_id"], ["carrier.id"], name=op.f("fk_ship_to_carrier_id_carrier")
        ),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customer.id"], name=op.f("fk_ship_to_customer_id_customer")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ship_to")),
        sa.UniqueConstraint("komet_id", name=op.f("uq_ship_to_komet_id")),
        sa.UniqueConstraint("public_id", name=op.f("uq_ship_to_public_id")),
    )
    op.create_index(op.f("ix_ship_to_customer_id"), "ship_to", ["customer_id"], unique=False)
    op.create_table(
        "user_location",
        sa.Column("user_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "location_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.ForeignKeyConstraint(
            ["location_id"], ["location.id"], name=op.f("fk_user_location_location_id_location")
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user.id"], name=op.f("fk_user_location_user_id_user")
        ),
        sa.PrimaryKeyConstraint("user_id", "location_id", name=op.f("pk_user_location")),
    )
    op.create_table(
        "user_role",
        sa.Column("user_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("role_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["role_id"], ["role.id"], name=op.f("fk_user_role_role_id_role")),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_user_role_user_id_user")),
        sa.PrimaryKeyConstraint("user_id", "role_id", name=op.f("pk_user_role")),
    )
    op.create_table(
        "web_session",
        sa.Column("id_sha256", sa.String(length=64), nullable=False),
        sa.Column("user_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("data", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_web_session_user_id_user")),
        sa.PrimaryKeyConstraint("id_sha256", name=op.f("pk_web_session")),
    )
    op.create_index(op.f("ix_web_session_expires_at"), "web_session", ["expires_at"], unique=False)
    op.create_index(op.f("ix_web_session_user_id"), "web_session", ["user_id"], unique=False)
    op.create_table(
        "ledger_transfer",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=True,
            nullable=False,
        ),
        sa.Column("entry_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("leg", sa.Integer(), nullable=False),
        sa.Column("debit_account", sa.String(length=80), nullable=False),
        sa.Column("credit_account", sa.String(length=80), nullable=False),
        sa.Column("amount_cents", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("amount_cents > 0", name=op.f("ck_ledger_transfer_amount")),
        sa.CheckConstraint(
            "debit_account <> credit_account", name=op.f("ck_ledger_transfer_accounts_differ")
        ),
        sa.ForeignKeyConstraint(
            ["entry_id"],
            ["journal_entry.id"],
            name=op.f("fk_ledger_transfer_entry_id_journal_entry"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ledger_transfer")),
        sa.UniqueConstraint("entry_id", "leg", name=op.f("uq_ledger_transfer_entry_id_leg")),
    )
    op.create_index(
        op.f("ix_ledger_transfer_credit_account"),
        "ledger_transfer",
        ["credit_account"],
        unique=False,
    )
    op.create_index(
        op.f("ix_ledger_transfer_debit_account"), "ledger_transfer", ["debit_account"], unique=False
    )
    op.create_table(
        "order",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=True,
            nullable=False,
        ),
        sa.Column("public_id", sa.String(length=24), nullable=False),
        sa.Column(
            "company_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column(
            "location_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column(
            "customer_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("buyer_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "carrier_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column(
            "ship_to_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column(
            "held_by_payment_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=True,
        ),
        sa.Column("ship_date", sa.Date(), nullable=False),
        sa.Column("customer_po", sa.String(length=50), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("subtotal_cents", sa.BigInteger(), nullable=False),
        sa.Column("tax_cents", sa.BigInteger(), nullable=False),
        sa.Column("total_cents", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("checked_out_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("voided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("void_reason", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "state IN ('draft', 'pending_approval', 'confirmed', 'voided')",
            name=op.f("ck_order_state"),
        ),
        sa.CheckConstraint("total_cents >= 0", name=op.f("ck_order_total")),
        sa.ForeignKeyConstraint(["buyer_id"], ["user.id"], name=op.f("fk_order_buyer_id_user")),
        sa.ForeignKeyConstraint(
            ["carrier_id"], ["carrier.id"], name=op.f("fk_order_carrier_id_carrier")
        ),
        sa.ForeignKeyConstraint(
            ["company_id"], ["company.id"], name=op.f("fk_order_company_id_company")
        ),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customer.id"], name=op.f("fk_order_customer_id_customer")
        ),
        sa.ForeignKeyConstraint(
            ["location_id"], ["location.id"], name=op.f("fk_order_location_id_location")
        ),
        sa.ForeignKeyConstraint(
            ["ship_to_id"], ["ship_to.id"], name=op.f("fk_order_ship_to_id_ship_to")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_order")),
        sa.UniqueConstraint("public_id", name=op.f("uq_order_public_id")),
    )
    op.create_index("ix_order_customer_id_id", "order", ["customer_id", "id"], unique=False)
    op.create_index("ix_order_state_expires_at", "order", ["state", "expires_at"], unique=False)
    op.create_index(
        "one_cart_per_buyer",
        "order",
        ["customer_id", "location_id", "buyer_id"],
        unique=True,
        sqlite_where=sa.text("state = 'draft'"),
        postgresql_where=sa.text("state = 'draft'"),
    )
    op.create_table(
        "saved_card",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=True,
            nullable=False,
        ),
        sa.Column("public_id", sa.String(length=24), nullable=False),
        sa.Column(
            "company_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column(
            "location_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column(
            "customer_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column(
            "account_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("token_ciphertext", sa.Text(), nullable=False),
        sa.Column("token_hmac", sa.String(length=64), nullable=False),
        sa.Column("brand", sa.String(length=40), nullable=False),
        sa.Column("last_four", sa.String(length=4), nullable=False),
        sa.Column("expiry", sa.String(length=4), nullable=False),
        sa.Column("description", sa.String(length=200), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("is_primary", sa.Boolean(), nullable=False),
        sa.Column(
            "added_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("consent_version", sa.String(length=40), nullable=False),
        sa.Column("last_used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "state IN ('active', 'deleted', 'unusable')", name=op.f("ck_saved_card_state")
        ),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["gateway_account.id"],
            name=op.f("fk_saved_card_account_id_gateway_account"),
        ),
        sa.ForeignKeyConstraint(
            ["added_by_id"], ["user.id"], name=op.f("fk_saved_card_added_by_id_user")
        ),
        sa.ForeignKeyConstraint(
            ["company_id"], ["company.id"], name=op.f("fk_saved_card_company_id_company")
        ),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customer.id"], name=op.f("fk_saved_card_customer_id_customer")
        ),
        sa.ForeignKeyConstraint(
            ["location_id"], ["location.id"], name=op.f("fk_saved_card_location_id_location")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_card")),
        sa.UniqueConstraint(
            "company_id", "token_hmac", name=op.f("uq_saved_card_company_id_token_hmac")
        ),
        sa.UniqueConstraint("public_id", name=op.f("uq_saved_card_public_id")),
    )
    op.create_index(
        "ix_saved_card_customer_id", "saved_card", ["customer_id", "location_id"], unique=False
    )
    op.create_index(
        "one_primary_card",
        "saved_card",
        ["customer_id", "location_id"],
        unique=True,
        sqlite_where=sa.text("is_primary AND state = 'active'"),
        postgresql_where=sa.text("is_primary AND state = 'active'"),
    )
    op.create_table(
        "webhook_event",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=True,
            nullable=False,
        ),
        sa.Column(
            "account_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("transaction_id", sa.String(length=40), nullable=False),
        sa.Column("reference", sa.String(length=100), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["gateway_account.id"],
            name=op.f("fk_webhook_event_account_id_gateway_account"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webhook_event")),
        sa.UniqueConstraint(
            "account_id", "transaction_id", name=op.f("uq_webhook_event_account_id_transaction_id")
        ),
    )
    op.create_table(
        "invoice",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=True,
            nullable=False,
        ),
        sa.Column("public_id", sa.String(length=24), nullable=False),
        sa.Column(
            "company_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column(
            "location_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column(
            "customer_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("order_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("total_cents", sa.BigInteger(), nullable=False),
        sa.Column("open_cents", sa.BigInteger(), nullable=False),
        sa.Column("pay_reserved_cents", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("open_cents BETWEEN 0 AND total_cents", name=op.f("ck_invoice_open")),
        sa.CheckConstraint(
            "pay_reserved_cents BETWEEN 0 AND open_cents", name=op.f("ck_invoice_pay_reserved")
        ),
        sa.CheckConstraint("total_cents >= 0", name=op.f("ck_invoice_total")),
        sa.ForeignKeyConstraint(
            ["company_id"], ["company.id"], name=op.f("fk_invoice_company_id_company")
        ),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customer.id"], name=op.f("fk_invoice_customer_id_customer")
        ),
        sa.ForeignKeyConstraint(
            ["location_id"], ["location.id"], name=op.f("fk_invoice_location_id_location")
        ),
        sa.ForeignKeyConstraint(["order_id"], ["order.id"], name=op.f("fk_invoice_order_id_order")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invoice")),
        sa.UniqueConstraint("order_id", name=op.f("uq_invoice_order_id")),
        sa.UniqueConstraint("public_id", name=op.f("uq_invoice_public_id")),
    )
    op.create_index("ix_invoice_customer_id_id", "invoice", ["customer_id", "id"], unique=False)
    op.create_table(
        "order_line",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=True,
            nullable=False,
        ),
        sa.Column("order_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "inventory_line_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=False,
        ),
        sa.Column(
            "product_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("description", sa.String(length=200), nullable=False),
        sa.Column("box_type", sa.String(length=40), nullable=False),
        sa.Column("unit_type", sa.String(length=10), nullable=False),
        sa.Column("boxes", sa.Integer(), nullable=False),
        sa.Column("units_per_box", sa.Integer(), nullable=False),
        sa.Column("price_e4", sa.Integer(), nullable=False),
        sa.Column("line_cents", sa.BigInteger(), nullable=False),
        sa.Column("tax_cents", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("boxes > 0", name=op.f("ck_order_line_boxes")),
        sa.ForeignKeyConstraint(
            ["inventory_line_id"],
            ["inventory_line.id"],
            name=op.f("fk_order_line_inventory_line_id_inventory_line"),
        ),
        sa.ForeignKeyConstraint(
            ["order_id"], ["order.id"], name=op.f("fk_order_line_order_id_order")
        ),
        sa.ForeignKeyConstraint(
            ["product_id"], ["product.id"], name=op.f("fk_order_line_product_id_product")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_order_line")),
        sa.UniqueConstraint(
            "order_id", "inventory_line_id", name=op.f("uq_order_line_order_id_inventory_line_id")
        ),
    )
    op.create_table(
        "payment",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=True,
            nullable=False,
        ),
        sa.Column("public_id", sa.String(length=24), nullable=False),
        sa.Column(
            "company_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column(
            "location_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column(
            "customer_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("order_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column(
            "invoice_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column("method", sa.String(length=40), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("amount_cents", sa.BigInteger(), nullable=False),
        sa.Column("fee_cents", sa.BigInteger(), nullable=False),
        sa.Column("authorised_cents", sa.BigInteger(), nullable=False),
        sa.Column("capture_reserved_cents", sa.BigInteger(), nullable=False),
        sa.Column("captured_cents", sa.BigInteger(), nullable=False),
        sa.Column("refund_reserved_cents", sa.BigInteger(), nullable=False),
        sa.Column("card_brand", sa.String(length=40), nullable=False),
        sa.Column("card_last_four", sa.String(length=4), nullable=False),
        sa.Column("notes", sa.Text(), nullable=False),
        sa.Column(
            "created_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("amount_cents > 0", name=op.f("ck_payment_amount")),
        sa.CheckConstraint("authorised_cents >= 0", name=op.f("ck_payment_authorised")),
        sa.CheckConstraint(
            "capture_reserved_cents BETWEEN 0 AND authorised_cents",
            name=op.f("ck_payment_capture_reserved"),
        ),
        sa.CheckConstraint(
            "captured_cents BETWEEN 0 AND capture_reserved_cents", name=op.f("ck_payment_captured")
        ),
        sa.CheckConstraint("fee_cents >= 0", name=op.f("ck_payment_fee")),
        sa.CheckConstraint(
            "refund_reserved_cents BETWEEN 0 AND captured_cents",
            name=op.f("ck_payment_refund_reserved"),
        ),
        sa.ForeignKeyConstraint(
            ["company_id"], ["company.id"], name=op.f("fk_payment_company_id_company")
        ),
        sa.ForeignKeyConstraint(
            ["created_by_id"], ["user.id"], name=op.f("fk_payment_created_by_id_user")
        ),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customer.id"], name=op.f("fk_payment_customer_id_customer")
        ),
        sa.ForeignKeyConstraint(
            ["invoice_id"], ["invoice.id"], name=op.f("fk_payment_invoice_id_invoice")
        ),
        sa.ForeignKeyConstraint(
            ["location_id"], ["location.id"], name=op.f("fk_payment_location_id_location")
        ),
        sa.ForeignKeyConstraint(["order_id"], ["order.id"], name=op.f("fk_payment_order_id_order")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payment")),
        sa.UniqueConstraint("public_id", name=op.f("uq_payment_public_id")),
    )
    op.create_index("ix_payment_customer_id_id", "payment", ["customer_id", "id"], unique=False)
    op.create_index("ix_payment_order_id", "payment", ["order_id"], unique=False)
    op.create_table(
        "application",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=True,
            nullable=False,
        ),
        sa.Column(
            "payment_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column(
            "invoice_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("amount_cents", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reversed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("amount_cents > 0", name=op.f("ck_application_amount")),
        sa.ForeignKeyConstraint(
            ["invoice_id"], ["invoice.id"], name=op.f("fk_application_invoice_id_invoice")
        ),
        sa.ForeignKeyConstraint(
            ["payment_id"], ["payment.id"], name=op.f("fk_application_payment_id_payment")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_application")),
        sa.UniqueConstraint(
            "payment_id", "invoice_id", name=op.f("uq_application_payment_id_invoice_id")
        ),
    )
    op.create_index(op.f("ix_application_invoice_id"), "application", ["invoice_id"], unique=False)
    op.create_table(
        "open_credit",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=True,
            nullable=False,
        ),
        sa.Column("public_id", sa.String(length=24), nullable=False),
        sa.Column(
            "company_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column(
            "location_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column(
            "customer_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column(
            "origin_payment_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("total_cents", sa.BigInteger(), nullable=False),
        sa.Column("used_cents", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("total_cents > 0", name=op.f("ck_open_credit_total")),
        sa.CheckConstraint(
            "used_cents BETWEEN 0 AND total_cents", name=op.f("ck_open_credit_used")
        ),
        sa.ForeignKeyConstraint(
            ["company_id"], ["company.id"], name=op.f("fk_open_credit_company_id_company")
        ),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customer.id"], name=op.f("fk_open_credit_customer_id_customer")
        ),
        sa.ForeignKeyConstraint(
            ["location_id"], ["location.id"], name=op.f("fk_open_credit_location_id_location")
        ),
        sa.ForeignKeyConstraint(
            ["origin_payment_id"],
            ["payment.id"],
            name=op.f("fk_open_credit_origin_payment_id_payment"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_open_credit")),
        sa.UniqueConstraint("public_id", name=op.f("uq_open_credit_public_id")),
    )
    op.create_index(
        op.f("ix_open_credit_customer_id"), "open_credit", ["customer_id"], unique=False
    )
    op.create_table(
        "operation",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=True,
            nullable=False,
        ),
        sa.Column("public_id", sa.String(length=24), nullable=False),
        sa.Column(
            "company_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column(
            "location_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column(
            "account_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column(
            "payment_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column("parent_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column(
            "saved_card_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column(
            "open_credit_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("action_key", sa.String(length=64), nullable=False),
        sa.Column("request_hash", sa.String(length=64), nullable=False),
        sa.Column("gateway_ref", sa.String(length=40), nullable=False),
        sa.Column("gateway_transaction_id", sa.String(length=40), nullable=True),
        sa.Column("amount_cents", sa.BigInteger(), nullable=False),
        sa.Column("service_fee_cents", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("saves_card", sa.Boolean(), nullable=False),
        sa.Column(
            "created_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("next_check_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("checks", sa.Integer(), nullable=False),
        sa.Column("noes", sa.Integer(), nullable=False),
        sa.Column("last_no_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lease_owner", sa.String(length=64), nullable=True),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("code", sa.String(length=20), nullable=False),
        sa.Column("buyer_message", sa.Text(), nullable=False),
        sa.Column("staff_message", sa.Text(), nullable=False),
        sa.Column("authorization_code", sa.String(length=20), nullable=False),
        sa.Column("batch_id", sa.String(length=40), nullable=False),
        sa.Column("trace_id", sa.String(length=100), nullable=False),
        sa.CheckConstraint(
            "amount_cents > 0 OR kind = 'store_card'", name=op.f("ck_operation_amount")
        ),
        sa.CheckConstraint(
            "kind IN ('sale', 'authorize', 'capture', 'void', 'refund', 'credit_refund', 'store_card')",
            name=op.f("ck_operation_kind"),
        ),
        sa.CheckConstraint(
            "state IN ('created', 'failed') OR sent_at IS NOT NULL",
            name=op.f("ck_operation_sent_before_answered"),
        ),
        sa.CheckConstraint(
            "state IN ('created', 'sending', 'approved', 'declined', 'failed', 'unknown', 'needs_review', 'stray')",
            name=op.f("ck_operation_state"),
        ),
        sa.CheckConstraint(
            "state NOT IN ('approved', 'stray') OR gateway_transaction_id IS NOT NULL",
            name=op.f("ck_operation_money_has_transaction"),
        ),
        sa.CheckConstraint("amount_cents >= 0", name=op.f("ck_operation_amount_not_negative")),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["gateway_account.id"],
            name=op.f("fk_operation_account_id_gateway_account"),
        ),
        sa.ForeignKeyConstraint(
            ["company_id"], ["company.id"], name=op.f("fk_operation_company_id_company")
        ),
        sa.ForeignKeyConstraint(
            ["created_by_id"], ["user.id"], name=op.f("fk_operation_created_by_id_user")
        ),
        sa.ForeignKeyConstraint(
            ["location_id"], ["location.id"], name=op.f("fk_operation_location_id_location")
        ),
        sa.ForeignKeyConstraint(
            ["open_credit_id"],
            ["open_credit.id"],
            name=op.f("fk_operation_open_credit_id_open_credit"),
        ),
        sa.ForeignKeyConstraint(
            ["parent_id"], ["operation.id"], name=op.f("fk_operation_parent_id_operation")
        ),
        sa.ForeignKeyConstraint(
            ["payment_id"], ["payment.id"], name=op.f("fk_operation_payment_id_payment")
        ),
        sa.ForeignKeyConstraint(
            ["saved_card_id"], ["saved_card.id"], name=op.f("fk_operation_saved_card_id_saved_card")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_operation")),
        sa.UniqueConstraint(
            "company_id", "action_key", name=op.f("uq_operation_company_id_action_key")
        ),
        sa.UniqueConstraint("gateway_ref", name=op.f("uq_operation_gateway_ref")),
        sa.UniqueConstraint("public_id", name=op.f("uq_operation_public_id")),
    )
    op.create_index("ix_operation_payment_id_id", "operation", ["payment_id", "id"], unique=False)
    op.create_index(
        "ix_operation_unsettled",
        "operation",
        ["next_check_at"],
        unique=False,
        sqlite_where=sa.text("state IN ('created', 'sending', 'unknown', 'needs_review')"),
        postgresql_where=sa.text("state IN ('created', 'sending', 'unknown', 'needs_review')"),
    )
    op.create_index(
        "one_gateway_transaction",
        "operation",
        ["company_id", "gateway_transaction_id"],
        unique=True,
        sqlite_where=sa.text("kind <> 'void'"),
        postgresql_where=sa.text("kind <> 'void'"),
    )
    op.create_index(
        "one_inflight_followup",
        "operation",
        ["payment_id"],
        unique=True,
        sqlite_where=sa.text(
            "kind IN ('capture', 'void', 'refund') AND state IN ('created', 'sending', 'unknown', 'needs_review')"
        ),
        postgresql_where=sa.text(
            "kind IN ('capture', 'void', 'refund') AND state IN ('created', 'sending', 'unknown', 'needs_review')"
        ),
    )
    op.create_index(
        "one_live_charge",
        "operation",
        ["payment_id"],
        unique=True,
        sqlite_where=sa.text(
            "kind IN ('sale', 'authorize') AND state IN ('created', 'sending', 'unknown', 'approved', 'needs_review')"
        ),
        postgresql_where=sa.text(
            "kind IN ('sale', 'authorize') AND state IN ('created', 'sending', 'unknown', 'approved', 'needs_review')"
        ),
    )
    op.create_table(
        "clerk_task",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=True,
            nullable=False,
        ),
        sa.Column(
            "company_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column(
            "location_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column(
            "customer_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column(
            "operation_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("amount_cents", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "done_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column("control_number", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(
            ["company_id"], ["company.id"], name=op.f("fk_clerk_task_company_id_company")
        ),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customer.id"], name=op.f("fk_clerk_task_customer_id_customer")
        ),
        sa.ForeignKeyConstraint(
            ["done_by_id"], ["user.id"], name=op.f("fk_clerk_task_done_by_id_user")
        ),
        sa.ForeignKeyConstraint(
            ["location_id"], ["location.id"], name=op.f("fk_clerk_task_location_id_location")
        ),
        sa.ForeignKeyConstraint(
            ["operation_id"], ["operation.id"], name=op.f("fk_clerk_task_operation_id_operation")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_clerk_task")),
        sa.UniqueConstraint("operation_id", name=op.f("uq_clerk_task_operation_id")),
    )


def downgrade() -> None:
    """Take back."""
    op.drop_table("clerk_task")
    op.drop_index(
        "one_live_charge",
        table_name="operation",
        sqlite_where=sa.text(
            "kind IN ('sale', 'authorize') AND state IN ('created', 'sending', 'unknown', 'approved', 'needs_review')"
        ),
        postgresql_where=sa.text(
            "kind IN ('sale', 'authorize') AND state IN ('created', 'sending', 'unknown', 'approved', 'needs_review')"
        ),
    )
    op.drop_index(
        "one_inflight_followup",
        table_name="operation",
        sqlite_where=sa.text(
            "kind IN ('capture', 'void', 'refund') AND state IN ('created', 'sending', 'unknown', 'needs_review')"
        ),
        postgresql_where=sa.text(
            "kind IN ('capture', 'void', 'refund') AND state IN ('created', 'sending', 'unknown', 'needs_review')"
        ),
    )
    op.drop_index(
        "one_gateway_transaction",
        table_name="operation",
        sqlite_where=sa.text("kind <> 'void'"),
        postgresql_where=sa.text("kind <> 'void'"),
    )
    op.drop_index(
        "ix_operation_unsettled",
        table_name="operation",
        sqlite_where=sa.text("state IN ('created', 'sending', 'unknown', 'needs_review')"),
        postgresql_where=sa.text("state IN ('created', 'sending', 'unknown', 'needs_review')"),
    )
    op.drop_index("ix_operation_payment_id_id", table_name="operation")
    op.drop_table("operation")
    op.drop_index(op.f("ix_open_credit_customer_id"), table_name="open_credit")
    op.drop_table("open_credit")
    op.drop_index(op.f("ix_application_invoice_id"), table_name="application")
    op.drop_table("application")
    op.drop_index("ix_payment_order_id", table_name="payment")
    op.drop_index("ix_payment_customer_id_id", table_name="payment")
    op.drop_table("payment")
    op.drop_table("order_line")
    op.drop_index("ix_invoice_customer_id_id", table_name="invoice")
    op.drop_table("invoice")
    op.drop_table("webhook_event")
    op.drop_index(
        "one_primary_card",
        table_name="saved_card",
        sqlite_where=sa.text("is_primary AND state = 'active'"),
        postgresql_where=sa.text("is_primary AND state = 'active'"),
    )
    op.drop_index("ix_saved_card_customer_id", table_name="saved_card")
    op.drop_table("saved_card")
    op.drop_index(
        "one_cart_per_buyer",
        table_name="order",
        sqlite_where=sa.text("state = 'draft'"),
        postgresql_where=sa.text("state = 'draft'"),
    )
    op.drop_index("ix_order_state_expires_at", table_name="order")
    op.drop_index("ix_order_customer_id_id", table_name="order")
    op.drop_table("order")
    op.drop_index(op.f("ix_ledger_transfer_debit_account"), table_name="ledger_transfer")
    op.drop_index(op.f("ix_ledger_transfer_credit_account"), table_name="ledger_transfer")
    op.drop_table("ledger_transfer")
    op.drop_index(op.f("ix_web_session_user_id"), table_name="web_session")
    op.drop_index(op.f("ix_web_session_expires_at"), table_name="web_session")
    op.drop_table("web_session")
    op.drop_table("user_role")
    op.drop_table("user_location")
    op.drop_index(op.f("ix_ship_to_customer_id"), table_name="ship_to")
    op.drop_table("ship_to")
    op.drop_table("location_card_settings")
    op.drop_table("journal_entry")
    op.drop_index("ix_inventory_line_shelf", table_name="inventory_line")
    op.drop_index("ix_inventory_line_product", table_name="inventory_line")
    op.drop_table("inventory_line")
    op.drop_index(
        "one_online_account",
        table_name="gateway_account",
        sqlite_where=sa.text("kind = 'online' AND retired_at IS NULL"),
        postgresql_where=sa.text("kind = 'online' AND retired_at IS NULL"),
    )
    op.drop_table("gateway_account")
    op.drop_table("buyer_customer")
    op.drop_index("ix_audit_object", table_name="audit")
    op.drop_table("audit")
    op.drop_table("user")
    op.drop_index("ix_product_company_id_category", table_name="product")
    op.drop_table("product")
    op.drop_table("location")
    op.drop_index("ix_customer_company_id_name", table_name="customer")
    op.drop_table("customer")
    op.drop_table("carrier")
    op.drop_table("sync_cursor")
    op.drop_table("role")
    op.drop_table("rate_counter")
    op.drop_table("outbox_sequence")
    op.drop_index("ix_outbox_state_next_at", table_name="outbox")
    op.drop_table("outbox")
    op.drop_table("komet_link")
    op.drop_table("company")
    op.drop_table("card_token_use")
