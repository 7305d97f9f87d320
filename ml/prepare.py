"""What is found out about what came in before it is used: links, languages, scores."""

from ml.matching import link_products
from ml.sentiment import score_reviews
from store.database import Database


def prepare(database: Database) -> dict[str, int]:
    """Link products to hashtags and score new reviews; return how many."""
    with database.writing() as session:
        return {
            "product_hashtag": link_products(session),
            "review": score_reviews(session),
        }
