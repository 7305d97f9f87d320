"""Which clicks put a product into the cart; the click itself is left alone."""

import html

import pytest

from tests.extension.conftest import EXTENSION

pytestmark = pytest.mark.browser
ADDS = [
    "<button>Add to bag</button>",
    "<button>Buy it now</button>",
    "<button><span>In den Warenkorb</span></button>",
    "<button>Ajouter au panier</button>",
    "<button>Añadir a la cesta</button>",
    "<a href='#x' role=button>Aggiungi al carrello</a>",
    "<button>Adicionar ao carrinho</button>",
    "<button>In winkelwagen</button>",
    "<button>Dodaj do koszyka</button>",
    "<button>カートに入れる</button>",
    "<button>장바구니 담기</button>",
    "<button>加入购物车</button>",
    "<button>أضف إلى السلة</button>",
    "<input type=submit value='Add to Cart'>",
    "<button id=add-to-cart-button><svg></svg>+</button>",
    "<button name=buy_now>Go</button>",
    "<button aria-label='Add to basket'>+</button>",
]
DOES_NOT = [
    "<button>Add to wish list</button>",
    "<button>View cart</button>",
    "<button disabled>Add to cart</button>",
    "<p>Add to cart</p>",
    f"<a href='#x'>{'Words about a thing. ' * 9} Add to cart</a>",
]


@pytest.fixture(scope="module")
def stage(plain_browser):
    page = plain_browser.new_page()
    page.set_content("<main></main>")
    for name in ("product", "add-to-cart"):
        page.add_script_tag(content=(EXTENSION / f"content/{name}.js").read_text())
    page.evaluate(
        """() => { window.added = 0; window.clicked = 0;
        addToCart.watch(() => window.added++);
        document.querySelector('main').addEventListener('click', (event) => {
          window.clicked += !event.defaultPrevented }) }"""
    )
    yield page
    page.close()


@pytest.mark.parametrize("markup", [*ADDS, *DOES_NOT], ids=html.escape)
def test_what_puts_into_the_cart(stage, markup):
    stage.evaluate(
        """(markup) => { window.added = window.clicked = 0;
        document.querySelector('main').innerHTML = markup }""",
        markup,
    )
    stage.locator("main > *").click(force=True)
    assert stage.evaluate("window.added") == (markup in ADDS)
    if "disabled" not in markup:
        assert stage.evaluate("window.clicked") == 1


def test_a_scripted_click_is_not_heard(stage):
    stage.evaluate(
        """() => { window.added = 0;
        document.querySelector('main').innerHTML = '<button>Add to cart</button>';
        document.querySelector('button').click() }"""
    )
    assert stage.evaluate("window.added") == 0
