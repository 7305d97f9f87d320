"""The links of products to hashtags in the store: only differences are written."""

import hashlib
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pyarrow as pa
from sqlalchemy import bindparam, delete, func, select, update
from sqlmodel import Session, col

from ml.matching.hashtags import HashtagIndex, as_rows
from store.bulk import insert_rows, sql_table
from store.database import Database
from store.files import replaced
from store.reading import read_rows
from store.tables import HashtagSnapshot, Product, ProductHashtag

Key = tuple[str, str]
HERE = Path(__file__).parent
# The method of the links that the retailer's catalogue gives.
OWN = "retailer"


def link_products(session: Session, memory: Path | None = None) -> int:
    """Link products to the observed hashtags by their titles; return how many links.

    The retailer's own links stay as they are, and so do links that come out as before:
    what is derived from a product is made again only if its links have changed.

    Parameters
    ----------
    memory : Path, optional
        File with the digest of all that was linked the last time, and by what code:
        where all is as it was then, nothing is done.
    """
    hashtags = _observed(session)
    products = session.execute(select(col(Product.product_id), *_NAMED)).all()
    stored = _stored(session)
    if memory and memory.exists():
        known = memory.read_text(encoding="utf-8")
        if known == _digest(hashtags, products, stored.values()):
            return sum(row["method"] != OWN for row in stored.values())
    index = HashtagIndex(hashtags, [named(*row[1:]) for row in products])
    found = index.candidates([named(title, brand) for _, title, brand in products])
    rows = as_rows(found, [row[0] for row in products], index.hashtags)
    own = {key for key, row in stored.items() if row["method"] == OWN}
    wanted = {key: row for row in rows if (key := _key(row)) not in own}
    _write(session, wanted, {k: row for k, row in stored.items() if k not in own})
    if memory:
        with replaced(memory) as draft:
            digest = _digest(hashtags, products, _stored(session).values())
            draft.write_text(digest, encoding="utf-8")
    return len(wanted)


def hashtag_index(session: Session, hashtags: Iterable[str]) -> HashtagIndex:
    """Return an index of hashtags that knows the words of the catalogue."""
    titles = session.execute(select(*_NAMED))
    return HashtagIndex(hashtags, [named(title, brand) for title, brand in titles])


def named(title: str, brand: str | None) -> str:
    """Return a title with the brand in it, where it was not."""
    if not brand or brand.lower() in title.lower():
        return title
    return f"{brand} {title}"


def links(database: Database) -> list[dict[str, Any]]:
    """Return every link with its confidence and method, by product."""
    table = sql_table(ProductHashtag)
    query = select(table).order_by(table.c.product_id, table.c.confidence.desc())
    with database.reading() as session:
        rows: list[dict[str, Any]] = read_rows(session, query).to_pylist()
        return rows


_NAMED = (col(Product.title), col(Product.brand))


def _observed(session: Session) -> list[str]:
    """Return the observed hashtags: each is looked up, not each of its totals."""
    name = col(HashtagSnapshot.hashtag)
    first = select(func.min(name).label("hashtag")).cte(recursive=True)
    after = select(func.min(name)).where(name > first.c.hashtag).scalar_subquery()
    seen = first.union_all(select(after).where(first.c.hashtag.is_not(None)))
    found = select(seen.c.hashtag).where(seen.c.hashtag.is_not(None))
    return [*session.execute(found).scalars()]


def _stored(session: Session) -> dict[Key, dict[str, Any]]:
    table = sql_table(ProductHashtag)
    rows = read_rows(session, select(table).order_by(*table.primary_key))
    return {_key(row): row for row in rows.to_pylist()}


def _digest(*linked: Iterable[Any]) -> str:
    """Return a digest of these, and of the code and the weights that link them."""
    digest = hashlib.sha256()
    for source in sorted((*HERE.glob("*.py"), *HERE.glob("*.json"))):
        digest.update(source.read_bytes())
    for rows in linked:
        digest.update(repr([*rows]).encode())
    return digest.hexdigest()


def _write(
    session: Session,
    wanted: dict[Key, dict[str, Any]],
    stored: dict[Key, dict[str, Any]],
) -> None:
    new = [row for key, row in wanted.items() if key not in stored]
    if new:
        insert_rows(session, sql_table(ProductHashtag), pa.Table.from_pylist(new))
    table = sql_table(ProductHashtag)
    this = (table.c.product_id == bindparam("p"), table.c.hashtag == bindparam("h"))
    changed = [
        {"p": key[0], "h": key[1], "sure": row["confidence"]}
        for key, row in wanted.items()
        if key in stored and stored[key]["confidence"] != row["confidence"]
    ]
    if changed:
        session.connection().execute(
            update(table).where(*this).values(confidence=bindparam("sure")), changed
        )
    gone = [{"p": key[0], "h": key[1]} for key in stored if key not in wanted]
    if gone:
        session.connection().execute(delete(table).where(*this), gone)


def _key(row: dict[str, Any]) -> Key:
    return row["product_id"], row["hashtag"]
