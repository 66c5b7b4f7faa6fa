"""Which article stands at which page."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Take the pages out of the newest versions."""
    op.add_column("article_keys", sa.Column("page", sa.Text))
    op.execute(
        "UPDATE article_keys SET page = (SELECT json_extract(json, '$.canonical_url')"
        " FROM articles WHERE articles.guid = article_keys.guid"
        " AND articles.version = article_keys.version)"
    )
    op.create_index("ix_article_keys_page", "article_keys", ["page"])


def downgrade() -> None:
    """Take them away."""
    op.drop_index("ix_article_keys_page", "article_keys")
    op.drop_column("article_keys", "page")
