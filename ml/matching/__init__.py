"""Which hashtags speak of which product, and which second-hand offers are one of it."""

from ml.matching.hashtags import HashtagIndex
from ml.matching.linking import hashtag_index, link_products, links
from ml.matching.listings import link_listings

__all__ = ["HashtagIndex", "hashtag_index", "link_listings", "link_products", "links"]
