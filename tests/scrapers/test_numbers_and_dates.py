import pytest

from scrapers.pages.amounts import read_amount
from scrapers.pages.counts import read_count
from scrapers.pages.dates import read_date, read_timestamp
from scrapers.times import read_time


@pytest.mark.parametrize(
    ("text", "value", "currency"),
    [
        ("$21.99", "21.99", "USD"),
        ("3,858 円", "3858", "JPY"),
        ("USD2\u00a0332.00", "2332.00", "USD"),
        ("KRW129,680.08", "129680.08", "KRW"),
        ("IDR1,614,898.07", "1614898.07", "IDR"),
        ("£68.90", "68.90", "GBP"),
        ("EUR 3,500.00", "3500.00", "EUR"),
        ("1.234,56 €", "1234.56", "EUR"),
        ("C $12.50", "12.50", "CAD"),
        ("AU $8.00", "8.00", "AUD"),
        ("MXN $1,200.00", "1200.00", "MXN"),
        ("1 234,50 zł", "1234.50", "PLN"),
        ("S/. 30", "30", None),
    ],
)
def test_amounts(text, value, currency):
    amount = read_amount(text)
    assert (amount.value, amount.currency) == (value, currency)


@pytest.mark.parametrize("text", ["", "Free", "See price"])
def test_no_number_is_no_amount(text):
    assert read_amount(text) is None


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("20.2M videos", 20_200_000),
        ("7.5M posts", 7_500_000),
        ("924.2K", 924_200),
        ("3", 3),
        ("497 videos", 497),
        ("1.2B views", 1_200_000_000),
        ("1,000 + results", 1000),
        ("140,000 개 이상", 140_000),
        ("1.2万 件", 12_000),
        ("1,2 Mio. Videos", 1_200_000),
        ("posts", None),
    ],
)
def test_counts(text, count):
    assert read_count(text) == count


@pytest.mark.parametrize(
    ("text", "language", "date"),
    [
        ("Sold Oct 27, 2025", "en", "2025-10-27"),
        ("Sold  Mar 4 2026", "en-US", "2026-03-04"),
        ("Sold 27 Oct 2025", "en-GB", "2025-10-27"),
        ("Verkauft 27. Okt 2025", "de", "2025-10-27"),
        ("Vendido el 4 de mar de 2026", "es", "2026-03-04"),
        ("Vendu le 3 févr. 2025", "fr", "2025-02-03"),
        ("Venduto 27 ott 2025", "it", "2025-10-27"),
        ("2025年10月27日", "ja", "2025-10-27"),
        ("Sold Mar 4", "en", None),
        ("NEW LOW PRICE", "en", None),
    ],
)
def test_dates(text, language, date):
    assert read_date(text, language) == date


def test_times():
    assert read_timestamp(1771567930) == "2026-02-20T06:12:10Z"
    assert read_timestamp("0") is None
    assert read_timestamp(None) is None
    assert read_time("2025-10-27").isoformat() == "2025-10-27T00:00:00+00:00"
