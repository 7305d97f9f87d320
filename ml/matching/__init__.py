"""Which hashtags speak of which product, and which second-hand offers are one of it."""

from ml.matching.hashtags import hashtags_by_word, link_products, links, match_title

__all__ = ["hashtags_by_word", "link_products", "links", "match_title"]
