"""Each rule of readProduct on a page of a few lines, in one Chromium."""

import json

import pytest

pytestmark = pytest.mark.browser
SHOP = "https://www.clothes.example/item"
BUY = "<button>Add to bag</button>"


def ld(*things: dict, **product) -> str:
    """Return a JSON-LD script; without things, of one Product."""
    facts = list(things) or [{"@type": "Product", "name": "Mug"} | product]
    body = json.dumps(facts[0] if len(facts) == 1 else facts)
    return f'<script type="application/ld+json">{body}</script>'


def offer(price, currency="USD", **more) -> dict:
    return {"@type": "Offer", "price": price, "priceCurrency": currency} | more


def page(*parts: str, head: str = "", lang: str = "en") -> str:
    body = "".join(parts)
    return (
        f'<!doctype html><html lang="{lang}"><head><title>Mug | Shop</title>{head}'
        f"</head><body>{body}</body></html>"
    )


def seen(*parts: str, lang: str = "en") -> str:
    """Return a page without structured data: a heading, some parts, a way to buy."""
    return page("<main><h1>Mug</h1>", *parts, BUY, "</main>", lang=lang)


def price(text: str) -> str:
    return f'<p class="product-price">{text}</p>'


CARDS = "".join(
    f'<li class="card"><a href="/{i}">Jug {i}</a><b class="price">$9.{i}9</b></li>'
    for i in range(5)
)
STRUCK = '<s class="price">$60.00</s><b class="price-now">$42.00</b>'
MEMBERS = (
    '<p class="price-member">Club price <b class="price">$60.00</b></p>'
    '<p class="price">$75.00</p>'
)

WHICH_PRICE = {
    "struck out beside a sale price": (
        page("<h1>Mug</h1>", STRUCK, BUY, ld(offers=offer(60))),
        (42, "USD"),
    ),
    "a members' price": (
        page("<h1>Mug</h1>", MEMBERS, BUY, ld(offers=offer(60))),
        (75, "USD"),
    ),
    "a members' offer in the data": (
        page(
            ld(
                offers=[
                    offer(10, validForMemberTier={"name": "Gold"}),
                    offer(12),
                ]
            )
        ),
        (12, "USD"),
    ),
    "a unit price in the data": (
        page(
            ld(
                offers=offer(
                    None,
                    priceSpecification=[
                        {"price": 2, "referenceQuantity": {"value": 100}},
                        {"price": 24, "priceCurrency": "EUR"},
                    ],
                )
            )
        ),
        (24, "EUR"),
    ),
    "a list price in the data": (
        page(
            ld(
                offers=offer(
                    None,
                    priceSpecification=[
                        {"price": 80, "priceType": "https://schema.org/ListPrice"},
                        {"price": 64, "priceCurrency": "USD"},
                    ],
                )
            )
        ),
        (64, "USD"),
    ),
    "two sources, one in sight": (
        page(
            "<h1>Mug</h1>",
            price("$40.00"),
            ld(offers=offer(60)),
            head='<meta property="product:price:amount" content="40">'
            '<meta property="product:price:currency" content="USD">',
        ),
        (40, "USD"),
    ),
    "an aggregate of sellers": (
        page(
            ld(
                offers={
                    "@type": "AggregateOffer",
                    "lowPrice": "8.50",
                    "highPrice": "12",
                    "priceCurrency": "GBP",
                }
            )
        ),
        (8.5, "GBP"),
    ),
    "first offer sold out": (
        page(
            ld(
                offers=[
                    offer(9, availability="https://schema.org/OutOfStock"),
                    offer(11, availability="InStock"),
                ]
            )
        ),
        (11, "USD"),
    ),
    "the variant at this address": (
        page(
            ld(
                {
                    "@type": "ProductGroup",
                    "name": "Mug",
                    "hasVariant": [
                        {
                            "@type": "Product",
                            "url": f"{SHOP}?variant={i}",
                            "offers": offer(10 + i),
                        }
                        for i in range(3)
                    ],
                }
            )
        ),
        (12, "USD"),
    ),
    "an offer named by its id": (
        page(
            ld(
                {
                    "@graph": [
                        {"@type": "Product", "name": "Mug", "offers": {"@id": "#o"}},
                        {"@id": "#o", **offer("19,90", "EUR")},
                    ]
                }
            )
        ),
        (19.9, "EUR"),
    ),
    "instalments": (
        seen(price("$60.00"), '<p class="installments">4 payments of $15.00</p>'),
        (60, "USD"),
    ),
    "a rate by month before the price": (
        seen("<p>$12.50/mo</p>", price("$150.00")),
        (150, "USD"),
    ),
    "a rate in words": (
        seen(price("12,50 € pro Monat"), price("150,00 €")),
        (150, "EUR"),
    ),
    "a cart's total": (
        page(
            '<div class="mini-cart"><h1>Mug</h1></div>',
            '<div class="mini-cart"><b class="price">$99.00</b></div>',
            price("$20.00"),
            BUY,
        ),
        (20, "USD"),
    ),
    "free shipping from": (
        seen('<p class="shipping">Free over <b>$50.00</b></p>', price("$31.00")),
        (31, "USD"),
    ),
    "other products": (seen(f"<ul>{CARDS}</ul>", price("$31.00")), (31, "USD")),
    "cents in a raised element": (
        seen('<p class="price">$<span>12</span><sup>99</sup></p>'),
        (12.99, "USD"),
    ),
    "sign, units and cents apart": (
        seen(
            '<div class="price"><i>€</i><b>12</b><b>,</b><b class="cents">49</b></div>'
        ),
        (12.49, "EUR"),
    ),
    "a point between thousands": (seen(price("1.299,00 €")), (1299, "EUR")),
    "an apostrophe between thousands": (
        seen(price("CHF 1\N{RIGHT SINGLE QUOTATION MARK}299.00")),
        (1299, "CHF"),
    ),
    "a blank between thousands": (seen(price("12 999 Kč")), (12999, "CZK")),
    "no cents": (seen(price("₩35,000")), (35000, "KRW")),
    "a dash for cents": (seen(price("49,- €")), (49, "EUR")),
}


@pytest.mark.parametrize("rule", WHICH_PRICE)
def test_which_price(read, rule):
    html, expected = WHICH_PRICE[rule]
    product = read(html.encode(), f"{SHOP}?variant=2")
    assert (product["price"], product["currency"]) == expected


@pytest.mark.parametrize(
    ("text", "url", "lang", "currency"),
    [
        ("$20.00", "https://shop.example.com/p", "en", "USD"),
        ("$20.00", "https://shop.example.ca/p", "en", "CAD"),
        ("$20.00", "https://shop.example.com/en-au/p", "en", "AUD"),
        ("$20.00", "https://shop.example.com/p", "en-NZ", "NZD"),
        ("$20.00", "https://shop.example.com/p", "en-GB", "USD"),
        ("20.00", "https://shop.example.co.uk/p", "en", "GBP"),
        ("kr 200", "https://shop.example.no/p", "nb", "NOK"),
        ("kr 200", "https://shop.example.com/p", "sv-SE", "SEK"),
        ("¥200", "https://shop.example.cn/p", "zh", "CNY"),
        ("¥200", "https://shop.example.com/p", "ja", "JPY"),
        ("US$ 20.00", "https://shop.example.ca/p", "en", "USD"),
        ("R$ 20,00", "https://shop.example.com.br/p", "pt", "BRL"),
        ("20,00 zł", "https://shop.example.com/p", "pl", "PLN"),
        ("AED 20.00", "https://shop.example.com/p", "en", "AED"),
    ],
)
def test_which_currency(read, text, url, lang, currency):
    product = read(seen(price(text), lang=lang).encode(), url)
    assert product["currency"] == currency


MICRODATA = """<div itemscope itemtype="https://schema.org/Product">
 <div itemprop="additionalProperty" itemscope
   itemtype="http://schema.org/PropertyValue"><meta itemprop="name" content="colour">
 </div><h1 itemprop="name">Mug</h1>
 <div itemprop="brand" itemscope itemtype="http://schema.org/Brand">
   <span itemprop="name">Potters</span></div>
 <div itemprop="offers" itemscope itemtype="http://schema.org/Offer">
   <meta itemprop="priceCurrency" content="GBP"><b itemprop="price">12.50</b>
   <link itemprop="availability" href="http://schema.org/InStock"></div>
 <div itemprop="isRelatedTo" itemscope itemtype="http://schema.org/Product">
   <b itemprop="name">Jug</b><b itemprop="price">99</b></div></div>"""
RDFA = """<div vocab="https://schema.org/" typeof="Product">
 <h1 property="name">Mug</h1><span property="brand">Potters</span>
 <div property="offers" typeof="Offer"><meta property="priceCurrency" content="EUR">
 <span property="price" content="7.25">7,25</span></div></div>"""
SHOPIFY = """<script src="//cdn.shopify.com/s/x.js"></script><h1>Mug</h1>
<script>Shopify.currency = {"active":"EUR","rate":"1.0"};</script>
<script>var meta = {"product":{"id":1,"vendor":"Potters","type":"Mugs","variants":
[{"id":7,"price":1250,"sku":"MUG-7"}]},"page":{"pageType":"product"}};
for (var attr in meta) {}</script>""".replace("\n", "")
GRAPH = {
    "@graph": [
        {"@type": "BreadcrumbList", "itemListElement": [{"@type": "ListItem"}]},
        {"@type": "WebPage", "mainEntity": {"@type": "Product", "name": "Mug"}},
    ]
}
VARIANTS = (
    {"@type": "ProductGroup", "name": "Mug", "productGroupID": "m"},
    {"@type": "Product", "name": "Mug, red", "isVariantOf": {"@id": "#m"}},
    {"@type": "Product", "name": "Mug, blue", "inProductGroupWithID": "m"},
)
BROKEN = (
    '<script type="application/ld+json">{"@type": "Product", "name": "Mug",</script>'
)

FIELDS = {
    "microdata, nested things left out": (
        page(MICRODATA),
        {"title": "Mug", "price": 12.5, "brand": "Potters", "availability": "InStock"},
    ),
    "RDFa": (page(RDFA), {"title": "Mug", "price": 7.25, "brand": "Potters"}),
    "Shopify's state, in cents": (
        page(SHOPIFY),
        {"price": 12.5, "currency": "EUR", "brand": "Potters", "sku": "MUG-7"},
    ),
    "a product below a page": (page(ld(GRAPH)), {"title": "Mug"}),
    "a group beside its variants": (page(ld(*VARIANTS)), {"title": "Mug"}),
    "of several, the one in the heading": (
        page(
            "<h1>Mug</h1>",
            ld(*({"@type": "Product", "name": n} for n in ("Jug", "Mug", "Pot"))),
        ),
        {"title": "Mug"},
    ),
    "broken data, a page that can be read": (
        page(BROKEN, "<h1>Mug</h1>", price("£7.00"), BUY),
        {"title": "Mug", "price": 7, "currency": "GBP"},
    ),
    "entities in a name": (
        page(ld(name="Cup &amp; Saucer")),
        {"title": "Cup & Saucer"},
    ),
    "a code beside its label": (
        page(ld(sku="998877"), "<p>Product code: <b>50456418</b></p>"),
        {"sku": "50456418"},
    ),
    "a code in a table": (
        page(ld(), "<table><tr><th>Article number</th><td>AB-12/3</td></tr></table>"),
        {"sku": "AB-12/3"},
    ),
    "a code in the address": (page(ld()), {"sku": "1234567"}),
    "a model is no code": (
        page(ld(sku="998877"), "<dl><dt>Model</dt><dd>X100</dd></dl>"),
        {"sku": "998877"},
    ),
    "brand and bar code in a list": (
        page(
            ld(),
            "<dl><dt>Marke:</dt><dd><a>Potters</a></dd>",
            "<dt>EAN</dt><dd>4054278533728</dd></dl>",
        ),
        {"brand": "Potters", "gtin": "4054278533728"},
    ),
    "a shop that names itself as brand": (
        page(ld(brand="Clothes"), "<p><b>Brand:</b> Potters</p>"),
        {"brand": "Potters"},
    ),
    "a bar code with a wrong check digit": (
        page(ld(gtin13="4054278533729")),
        {"gtin": None},
    ),
    "a label in the footer": (
        page(ld(), "<footer><p>Brand: Potters</p></footer>"),
        {"brand": None},
    ),
}


@pytest.mark.parametrize("rule", FIELDS)
def test_which_value(read, rule):
    html, expected = FIELDS[rule]
    product = read(html.encode(), "https://clothes.example/mug-1234567.html")
    assert {field: product[field] for field in expected} == expected


MUG = page("<h1>Mug</h1>", price("$20.00"), BUY)
NO_PRODUCT = {
    "a cart": ("/cart", page(ld(offers=offer(9)))),
    "a checkout": ("/en/checkout", page(ld(offers=offer(9)))),
    "a search with a way to buy": ("/search?q=mug", MUG),
    "a category": ("/category/mugs", MUG),
    "a Shopify collection": ("/collections/mugs", MUG),
    "the front page": ("/", MUG),
    "an article with a price": ("/story", page("<h1>Mugs</h1>", price("$20.00"))),
    "a list in the data": (
        "/mugs",
        page(
            ld(
                {
                    "@type": "ItemList",
                    "itemListElement": [
                        {"@type": "ListItem", "item": {"@type": "Product", "name": n}}
                        for n in ("Jug", "Mug")
                    ],
                }
            )
        ),
    ),
    "several products": (
        "/mugs",
        page(ld(*({"@type": "Product", "name": n} for n in ("Jug", "Pot", "Cup")))),
    ),
    "cards only": ("/mugs", page("<h1>Mugs</h1>", f"<ul>{CARDS}</ul>", BUY)),
    "a captcha": (
        "/p/mug",
        page('<div id="px-captcha"></div>', ld(offers=offer(9))),
    ),
    "a wait": ("/p/mug", "<title>Just a moment...</title><h1>Mug</h1>" + ld()),
    "nothing": ("/p/mug", ""),
}


@pytest.mark.parametrize("kind", NO_PRODUCT)
def test_what_is_no_product(read, kind):
    path, html = NO_PRODUCT[kind]
    assert read(html.encode(), f"https://clothes.example{path}") is None


@pytest.mark.parametrize(
    "url",
    [
        "https://www.amazon.com/s?k=mug",
        "https://www.ebay.com/sch/i.html?_nkw=mug",
        "https://www.tiktok.com/@potter/video/7608826249200356630",
    ],
)
def test_shops_whose_other_pages_never_are(read, url):
    assert read(page(ld(offers=offer(9)), "<h1>Mug</h1>").encode(), url) is None


@pytest.mark.parametrize(
    "url",
    [
        "https://www.asos.com/women/dresses/cat/?cid=8799",
        "https://www.nike.com/w/mens-shoes-nik1zy7ok",
        "https://www.etsy.com/search?q=mug",
    ],
)
def test_shops_whose_lists_are_told_by_their_address(read, url):
    assert read(MUG.encode(), url) is None


SHOPS = {
    "https://www.tiktok.com/shop/pdp/mug/1729384756473829": (
        "<h1>Mug</h1>" + price("$8.99")
    ),
    "https://us.shein.com/Mug-p-12345678.html": (
        '<h1 class="product-intro__head-name">Mug</h1>'
        '<div id="productMainPriceId">$8.99</div><del class="price">$19.00</del>'
    ),
    "https://www.asos.com/us/potter/mug/prd/204567890": (
        '<h1>Mug</h1><span data-testid="current-price">Now $8.99</span>'
    ),
    "https://www.zara.com/us/en/mug-p01234567.html": (
        '<div class="product-detail-info"><h1 class="product-detail-info__header-name">'
        'Mug</h1><span class="price-old"><span>$19.00</span></span><span '
        'data-qa-qualifier="price-amount-current">$8.99</span></div>'
    ),
    "https://www2.hm.com/en_us/productpage.1234567001.html": (
        '<h1>Mug</h1><span data-testid="red-price">$8.99</span>'
        '<span data-testid="line-through-white-price">$19.00</span>'
    ),
    "https://www.sephora.com/product/mug-P123456?skuId=2345678": (
        '<h1><a data-at="brand_name">Potters</a><span data-at="product_name">Mug</span>'
        '</h1><p data-at="price"><b>$8.99</b> $19.00</p>'
    ),
    "https://www.ulta.com/p/mug-pimprod2012345?sku=2567890": (
        '<h1>Mug</h1><div class="ProductPricing"><span>$8.99</span></div>'
    ),
    "https://www.target.com/p/mug/-/A-87654321": (
        '<h1 data-test="product-title">Mug</h1><span data-test="product-price">$8.99'
        "</span>"
    ),
    "https://www.walmart.com/ip/Mug/123456789": (
        '<h1 id="main-title">Mug</h1><span itemprop="price" data-seo-id="hero-price">'
        "Now $8.99</span>"
    ),
    "https://www.etsy.com/listing/1234567890/mug": (
        '<h1>Mug</h1><div data-buy-box-region="price"><p class="wt-text-title-03">'
        "Now $8.99+</p></div>"
    ),
    "https://www.ebay.com/itm/123456789012": (
        '<h1 class="x-item-title__mainTitle">Mug</h1>'
        '<div class="x-price-primary">US $8.99/ea</div>'
    ),
    "https://www.nike.com/t/mug-Ab12Cd/DV1234-100": (
        '<h1 id="pdp_product_title">Mug</h1><span data-testid="currentPrice-container">'
        "$8.99</span>"
    ),
    "https://www.amazon.com/Mug/dp/B012345678": (
        '<span id="productTitle">Mug</span>'
        '<div id="corePriceDisplay_desktop_feature_div"><span class="priceToPay">'
        '<span class="a-offscreen">$8.99</span></span></div>'
    ),
}


@pytest.mark.parametrize("url", SHOPS)
def test_each_shop_where_it_keeps_things(read, url):
    """Its selectors beat structured data, which here holds another price."""
    html = page(SHOPS[url], BUY, ld(offers=offer(5)) if "tiktok" not in url else "")
    product = read(html.encode(), url)
    assert (product["title"], product["price"], product["currency"]) == (
        "Mug",
        8.99,
        "USD",
    )
    assert product["sku"]
    assert product["sku"] in url
