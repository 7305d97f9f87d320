"""The made-up market's shop: lists of products, and a page for each."""

import json
from collections.abc import Iterable

from flask import Flask, Response, abort, render_template_string
from markupsafe import Markup

from sample.market import MarketView, SampleProduct

NAME = "Marigold Market"
NAMES = {
    "fashion": "Fashion",
    "beauty": "Beauty",
    "home": "Home",
    "gadgets": "Gadgets",
    "bags": "Bags",
}
LISTED = 48
RELATED = 4
_STYLE = """
:root { color-scheme: light; --ink: #22201d; --quiet: #6b655d; --line: #e4ded5;
  --paper: #fdfbf7; --leaf: #2f5d50; }
* { box-sizing: border-box; margin: 0; }
body { font: 16px/1.55 Georgia, "Times New Roman", serif; color: var(--ink);
  background: var(--paper); }
a { color: inherit; text-decoration: none; }
header, footer, main { max-width: 1080px; margin: 0 auto; padding: 20px 24px; }
header { display: flex; flex-wrap: wrap; gap: 8px 28px; align-items: baseline;
  border-bottom: 1px solid var(--line); }
.name { font-size: 24px; font-weight: 700; color: var(--leaf); }
nav { display: flex; gap: 18px; font-size: 15px; }
nav a:hover, .card:hover .title { text-decoration: underline; }
h1 { font-size: 32px; line-height: 1.2; margin-bottom: 20px; }
h2 { font-size: 20px; margin: 48px 0 16px; }
.cards { display: grid; gap: 28px 20px; padding: 0; list-style: none;
  grid-template-columns: repeat(auto-fill, minmax(200px, 1fr)); }
.picture { display: block; width: 100%; height: auto; border-radius: 6px; }
.title { margin-top: 10px; line-height: 1.35; }
.quiet { color: var(--quiet); font-size: 15px; }
.product { display: grid; gap: 40px; grid-template-columns: 1fr; }
@media (min-width: 760px) { .product { grid-template-columns: 6fr 5fr; } }
.price { font-size: 26px; margin: 14px 0; }
.buy { font: inherit; font-weight: 700; color: #fff; background: var(--leaf);
  border: 0; border-radius: 6px; padding: 14px 32px; margin: 10px 0 20px; }
dl { display: grid; grid-template-columns: auto 1fr; gap: 4px 20px; font-size: 15px; }
dt { color: var(--quiet); }
dd { margin: 0; }
footer { margin-top: 60px; border-top: 1px solid var(--line); color: var(--quiet);
  font-size: 14px; }
"""
_FRAME = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{{ title }} | {{ name }}</title>
<link rel="icon" href="data:,">
{% if product %}<link rel="canonical" href="{{ url }}">
<script type="application/ld+json">{{ facts }}</script>{% endif %}
<style>{{ style }}</style>
</head>
<body>
<header><a class="name" href="/">{{ name }}</a><nav aria-label="Departments">
{% for key, label in names.items() %}<a href="/c/{{ key }}">{{ label }}</a>
{% endfor %}</nav></header>
<main>{{ body }}</main>
<footer>A made-up shop: nothing here can be bought.</footer>
</body>
</html>
"""
_CARDS = """{% for p in products %}
<li><a class="card" href="/p/{{ p.slug }}">{{ picture(p) }}
<p class="title">{{ p.title }}</p><p class="quiet">${{ p.list_price }}</p></a></li>
{% endfor %}"""
_LIST = """<h1>{{ title }}</h1><ul class="cards">{{ cards }}</ul>"""
_PRODUCT = """<article class="product">
<div>{{ picture }}</div>
<div><p class="quiet">{{ p.brand }}</p><h1>{{ p.title }}</h1>
<p class="price">${{ p.list_price }}</p>
<button class="buy" type="button">Add to bag</button>
<dl><dt>Department</dt><dd>{{ names[p.category] or p.category }}</dd>
<dt>Item</dt><dd>{{ p.product_id }}</dd><dt>Bar code</dt><dd>{{ p.gtin }}</dd>
{% if p.hashtags %}<dt>Seen on</dt>
<dd>{% for tag in p.hashtags %}#{{ tag }} {% endfor %}
</dd>{% endif %}</dl></div></article>
<h2>More in {{ names[p.category] or p.category }}</h2>
<ul class="cards">{{ cards }}</ul>"""


def shop_site(market: MarketView) -> Flask:
    """Return the shop as an app: ``/``, ``/c/<department>``, ``/p/<slug>``."""
    app = Flask(__name__)
    by_slug = {product.slug: product for product in market.products}

    @app.get("/")
    def home() -> str:
        return _page("New and talked about", _list("New and talked about", listed()))

    @app.get("/c/<department>")
    def department(department: str) -> str:
        products = listed(department)
        if not products:
            abort(404)
        title = NAMES.get(department, department)
        return _page(title, _list(title, products))

    @app.get("/p/<slug>")
    def product(slug: str) -> str:
        found = by_slug.get(slug)
        if found is None:
            abort(404)
        others = [p for p in listed(found.category) if p.slug != slug][:RELATED]
        return _page(found.title, _product(found, others), found)

    @app.get("/robots.txt")
    def robots() -> Response:
        return Response("User-agent: *\nAllow: /\n", mimetype="text/plain")

    def listed(department: str = "") -> list[SampleProduct]:
        chosen = (p for p in market.products if department in {"", p.category})
        return [product for product, _ in zip(chosen, range(LISTED), strict=False)]

    return app


def _page(title: str, body: Markup, product: SampleProduct | None = None) -> str:
    url = f"/p/{product.slug}" if product else ""
    facts = _facts(product) if product else ""
    return render_template_string(
        _FRAME,
        name=NAME,
        names=NAMES,
        style=Markup(_STYLE),  # noqa: S704 - a constant
        **{"title": title, "body": body, "product": product, "url": url},
        facts=facts,
    )


def _list(title: str, products: Iterable[SampleProduct]) -> Markup:
    return _render(_LIST, title=title, cards=_cards(products))


def _product(product: SampleProduct, others: Iterable[SampleProduct]) -> Markup:
    picture = _picture(product)
    return _render(_PRODUCT, p=product, picture=picture, cards=_cards(others))


def _cards(products: Iterable[SampleProduct]) -> Markup:
    return _render(_CARDS, products=products, picture=_picture)


def _render(template: str, **values: object) -> Markup:
    html = render_template_string(template, names=NAMES, **values)
    return Markup(html)  # noqa: S704 - escaped by the template


def _facts(product: SampleProduct) -> Markup:
    """Return the product as schema.org's JSON-LD, safe inside a script element."""
    facts = {
        "@context": "https://schema.org",
        "@type": "Product",
        "name": product.title,
        "brand": {"@type": "Brand", "name": product.brand},
        "sku": product.product_id,
        "gtin13": product.gtin,
        "category": NAMES.get(product.category, product.category),
        "offers": {
            "@type": "Offer",
            "price": str(product.list_price),
            "priceCurrency": product.currency,
            "availability": "https://schema.org/InStock",
        },
    }
    return Markup(json.dumps(facts).replace("<", "\\u003c"))  # noqa: S704 - no < left


def _picture(product: SampleProduct) -> Markup:
    """Return a drawing of its own for each product: two shapes, colours by its name."""
    seed = sum(ord(c) * (i + 1) for i, c in enumerate(product.slug))
    hue, turn = seed % 360, seed % 90
    return Markup(
        '<svg class="picture" viewBox="0 0 240 240" role="img" aria-label="{}">'
        '<rect width="240" height="240" fill="hsl({} 32% 90%)"/>'
        '<g transform="rotate({} 120 120)"><rect x="62" y="62" width="116" '
        'height="116" rx="{}" fill="hsl({} 38% 58%)"/>'
        '<circle cx="120" cy="120" r="34" fill="hsl({} 45% 76%)"/></g></svg>'
    ).format(product.title, hue, turn, 8 + seed % 50, hue, (hue + 40) % 360)
