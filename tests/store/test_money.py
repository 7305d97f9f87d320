"""Exchange rates: the central bank's, and a file's in their place."""

from datetime import date
from itertools import pairwise

import pytest

from store.errors import BadFileError
from store.money import read_rates


def newest(rates, currency, on):
    return max(rate for rate in rates if rate[1] == currency and rate[0] <= on)[2]


def test_the_central_banks_rates_come_along():
    rates = read_rates(None)
    # ECB reference rates of 3 January 2011: 1.3348 dollars and 0.8586 pounds a euro.
    assert newest(rates, "EUR", date(2011, 1, 20)) == pytest.approx(1.33, abs=0.02)
    assert newest(rates, "GBP", date(2011, 1, 20)) == pytest.approx(1.555, abs=0.02)
    assert newest(rates, "JPY", date(2011, 1, 20)) == pytest.approx(1 / 82, rel=0.03)
    assert newest(rates, "USD", date(1980, 1, 1)) == 1


def test_no_rate_is_of_a_later_day_than_its_own():
    pounds = [rate for rate in read_rates(None) if rate[1] == "GBP"]
    assert pounds[0][0] >= date(1999, 1, 4)
    # The first of January has no rate of its own: the last one of December holds.
    assert {day: rate for day, _, rate in pounds}[date(2011, 1, 1)] == (
        pytest.approx(1.3362 / 0.86075, rel=1e-3)
    )
    gaps = [b[0] - a[0] for a, b in pairwise(pounds)]
    assert max(gaps).days <= 31


def test_a_file_takes_the_place_of_a_currency_only(tmp_path):
    file = tmp_path / "rates.csv"
    file.write_text("on,currency,usd_per_unit\n2020-01-01,EUR,2.5\n")
    rates = read_rates(file)
    assert [rate for rate in rates if rate[1] == "EUR"] == [
        (date(2020, 1, 1), "EUR", 2.5)
    ]
    assert newest(rates, "GBP", date(2024, 1, 1)) > 1


@pytest.mark.parametrize("text", ["on,currency\n", "on,currency,usd_per_unit\nx,EUR,1"])
def test_a_wrong_file_says_what_it_needs(tmp_path, text):
    file = tmp_path / "rates.csv"
    file.write_text(text + "\n2020-01-01,EUR\n")
    with pytest.raises(BadFileError, match="usd_per_unit"):
        read_rates(file)
