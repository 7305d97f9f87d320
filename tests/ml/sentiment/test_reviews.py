from datetime import UTC, datetime

import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlmodel import select

from ml.sentiment import polarity, regret_score, score_reviews
from ml.sentiment import reviews as scoring
from ml.sentiment.reviews import score_texts
from store.tables import Change, Product, Review

AT = datetime(2026, 3, 1, tzinfo=UTC)


def review(number: int, text: str | None, **known) -> Review:
    return Review(
        review_id=f"r{number}",
        product_id="p",
        reviewed_at=AT,
        rating=4,
        text=text,
        **known,
    )


def stored(database) -> dict[str, Review]:
    with database.reading() as session:
        return {r.review_id: r for r in session.exec(select(Review)).all()}


def add(database, *reviews: Review) -> None:
    with database.writing() as session:
        if session.get(Product, "p") is None:
            session.add(Product(product_id="p", title="A thing"))
            session.flush()
        session.add_all(reviews)


def test_english_is_scored_and_other_languages_are_left_out(database):
    add(
        database,
        review(1, "Not worth it, broke after a day."),
        review(2, "muy bonito"),
        review(3, "\U0001f44d"),
        review(4, None),
        review(5, ""),
    )
    with database.writing() as session:
        assert score_reviews(session) == 4
    found = stored(database)
    assert found["r1"].language == "en"
    assert found["r1"].polarity == polarity("Not worth it, broke after a day.")
    assert found["r1"].regret_score > 0.9
    for number, code in ((2, "es"), (3, "und"), (4, None), (5, "und")):
        row = found[f"r{number}"]
        assert row.language == code
        assert (row.polarity, row.regret_score) == (None, None)
    assert found["r1"].reviewed_at == AT
    assert found["r1"].rating == 4


def test_each_review_is_scored_once_and_only_new_ones_again(database, monkeypatch):
    add(database, review(1, "Lovely"), review(2, "Lovely"), review(3, "Awful"))
    seen = []
    monkeypatch.setattr(scoring, "polarity", lambda t: seen.append(t) or 0.5)
    with database.writing() as session:
        assert score_reviews(session) == 3
        assert score_reviews(session) == 0
    assert sorted(seen) == ["Awful", "Lovely"]
    add(database, review(4, "Fine"))
    with database.writing() as session:
        assert score_reviews(session) == 1


def test_reviews_of_an_earlier_version_are_scored_again(database):
    add(database, review(1, "sehr gut", polarity=0.0))
    with database.writing() as session:
        assert score_reviews(session) == 1
    assert stored(database)["r1"].polarity is None


def test_scoring_makes_the_days_from_the_first_scored_review_on_new(database):
    add(database, review(1, "Lovely"))
    with database.writing() as session:
        score_reviews(session)
    with database.reading() as session:
        changes = session.exec(select(Change)).all()
    assert {(c.changed_table, c.from_day) for c in changes} == {("review", AT.date())}


def test_more_than_a_batch_is_scored(database, monkeypatch):
    monkeypatch.setattr(scoring, "BATCH_REVIEWS", 2)
    add(database, *(review(n, "Good value") for n in range(5)))
    with database.writing() as session:
        assert score_reviews(session) == 5
    assert {r.language for r in stored(database).values()} == {"en"}


def test_a_very_long_text_is_read_at_its_beginning():
    rows = pa.table({"review_id": ["r"], "text": ["Great. " + "awful " * 100_000]})
    cut = ("Great. " + "awful " * 1_000)[: scoring.READ_CHARACTERS]
    assert score_texts(rows)["regret_score"].to_pylist() == [regret_score(cut)]


# The first look reads the word table and the language model.
@settings(deadline=None)
@given(st.lists(st.text(), max_size=20))
def test_scores_are_in_bounds_and_belong_to_their_text(texts):
    ids = [str(i) for i in range(len(texts))]
    rows = pa.table(
        {"review_id": pa.array(ids, pa.string()), "text": pa.array(texts, pa.string())}
    )
    found = {r["review_id"]: r for r in score_texts(rows).to_pylist()}
    assert list(found) == ids
    for number, text in zip(ids, texts, strict=True):
        row = found[number]
        scores = (row["polarity"], row["regret_score"])
        if row["language"] == "en":
            assert scores == (polarity(text), regret_score(text))
            assert -1 <= row["polarity"] <= 1
            assert 0 <= row["regret_score"] <= 1
        else:
            assert scores == (None, None)
