"""Reviews that did not come in a file, read as the import reads those that do."""

from collections.abc import Sequence

import pyarrow as pa
from sqlmodel import Session

from store.duck import duck_session
from store.importing.checking import check_rows, good_rows, row_faults
from store.importing.files import REVIEWS
from store.importing.references import load_references
from store.importing.typed import type_texts
from store.settings import Settings

TEXTS = pa.schema([(column.name, pa.string()) for column in REVIEWS.columns])
Texts = dict[str, str | None]


def read_reviews(
    session: Session, settings: Settings, texts: Sequence[Texts]
) -> tuple[pa.Table, dict[int, str]]:
    """Return rows of the table ``review``, and what is wrong with the others.

    Parameters
    ----------
    texts : sequence of dict
        ``product_id``, ``reviewed_at``, ``rating`` and ``text``, each as text or None.

    Returns
    -------
    pyarrow.Table
        Those that can be used, once each, under the ids that an import gives them.
    dict of int to str
        Reasons by position.
    """
    asked = pa.Table.from_pylist(list(texts), TEXTS)
    with duck_session(settings) as duck:
        type_texts(duck, asked, REVIEWS, settings.default_currency)
        load_references(duck, session, REVIEWS)
        check_rows(duck, REVIEWS)
        return good_rows(duck).read_all(), dict(row_faults(duck))
