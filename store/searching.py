"""What is searched for where a product's second-hand offers are wanted."""

from store.keys import normal_name

QUERY_WORDS, QUERY_CHARACTERS = 12, 100
# Telephone, order and card numbers are longer than what models are called.
LONGEST_NUMBER = 5


def search_query(title: str, brand: str | None = None) -> str:
    """Return brand and title as a few words to search for.

    >>> search_query("Ribbed-Leggings! (order 20260301)", "Acme")
    'acme ribbed leggings order'
    """
    words = normal_name(brand, title).split()
    kept = [w for w in words if sum(map(str.isdigit, w)) <= LONGEST_NUMBER]
    query = ""
    for word in kept[:QUERY_WORDS]:
        longer = f"{query} {word}".strip()
        if len(longer) > QUERY_CHARACTERS:
            break
        query = longer
    # One word is no product, and a search for it is no price.
    return query if " " in query else ""
