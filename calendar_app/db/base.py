"""The declarative base with its naming convention, and the columns many tables share."""

from sqlalchemy import BigInteger, Integer, MetaData
from sqlalchemy.orm import DeclarativeBase, MappedColumn, mapped_column

# Named constraints, so that a migration can drop on either store what it once made.
_NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}

# SQLite gives a rowid only to INTEGER.
Key = BigInteger().with_variant(Integer(), "sqlite")


class Base(DeclarativeBase):
    """Base of all models; relations are ``lazy="raise"`` so that no template can query."""

    metadata = MetaData(naming_convention=_NAMES)


def key_column() -> MappedColumn[int]:
    """An integer primary key that both stores number by themselves."""
    return mapped_column(Key, primary_key=True, autoincrement=True)
