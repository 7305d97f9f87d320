"""What is found out about what came in before it is used: links, languages, scores."""

from ml.matching import link_listings, link_products
from ml.sentiment import score_reviews
from store.database import Database


def prepare(database: Database) -> dict[str, int]:
    """Link products to hashtags, judge new listings and reviews; return how many."""
    linked = database.settings.data_dir / "linked.sha256"
    with database.writing() as session:
        return {
            "product_hashtag": link_products(session, linked),
            "listing": link_listings(session),
            "review": score_reviews(session),
        }
