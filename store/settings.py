"""Every setting: one frozen object, filled from TRENDGUARD_* variables."""

from functools import cache
from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from store.errors import SettingsError

LIMIT = r"^([1-9]\d{0,8}/(second|minute|hour|day))?$"
SMTP_URL = r"^((smtps|smtp\+starttls|smtp)://[^/\s]+/?)?$"
HTTP_URL = r"^(https?://[^/\s]+(/\S*)?)?$"


class Settings(BaseSettings):
    """What can be set from outside; every field is ``TRENDGUARD_<FIELD>``."""

    model_config = SettingsConfigDict(
        env_prefix="TRENDGUARD_",
        frozen=True,
        extra="ignore",
        use_attribute_docstrings=True,
        protected_namespaces=(),
    )

    data_dir: Path = Path("data")
    """Folder of the SQLite database, the key file, models, the queue and rejects."""

    database_url: str = ""
    """SQLAlchemy URL; empty means ``trendguard.db`` (SQLite) in the data folder."""

    redis_url: str = ""
    """Redis of the job queue and of the request limits; empty means a file in the data
    folder, and limits in memory."""

    key_file: Path | None = None
    """Key of the customer pseudonyms; ``pseudonym.key`` in the data folder by default.
    Keep it apart from backups of the database."""

    default_currency: str = Field("USD", pattern=r"^[A-Z]{3}$")
    """ISO 4217 code of amounts that come without one."""

    rates_file: Path | None = None
    """CSV ``on,currency,usd_per_unit``: dated exchange rates, in the place of those of
    the European Central Bank that come along. Amounts in a currency without a rate are
    left out of comparisons, never guessed."""

    return_window_days: int = Field(30, ge=0)
    """An order counts as kept only when this many days have passed."""

    regret_reasons: tuple[str, ...] = (
        "changed mind",
        "no longer wanted",
        "no longer needed",
        "regret",
        "impulse purchase",
        "not as expected",
        "did not like",
    )
    """Return reasons that count as regret (JSON list; compared without case)."""

    silent_returns: Literal["both", "model", "rule"] = "both"
    """How training labels a return without a reason. ``rule``: what came back while its
    trend was falling was regretted; ``model``: as likely as is learned from those that
    gave a reason; ``both``: the rule in a trend's fall, the model elsewhere."""

    silent_regret_odds: float = Field(1.0, gt=0)
    """How many times greater the odds of regret are behind a silent return than behind
    one like it that gave a reason. Orders can't tell: raise it where you know."""

    api_host: str = "127.0.0.1"
    """Address the API listens on."""

    api_port: int = Field(8787, ge=0, le=65535)
    """Port the API listens on."""

    api_workers: int = Field(2, ge=1)
    """Processes that answer requests."""

    cors_origins: tuple[str, ...] = ()
    """Web origins besides the extension that may call the API (JSON list)."""

    admin_token: str = ""
    """A bearer token for the admin calls; ``admin add`` makes named ones instead."""

    public_url: str = Field("", pattern=r"^(https?://[^/\s]+)?/?$")
    """Address at which browsers reach the API, such as ``https://tg.example``, where a
    proxy stands before it; people log in over https alone, unless this says http or
    the address is this machine's own."""

    session_idle_minutes: int = Field(30, ge=1)
    """Who is logged in and does nothing for so long is logged out."""

    session_hours: int = Field(12, ge=1)
    """Who is logged in is logged out after so long in any case."""

    max_body_bytes: int = Field(262_144, ge=1024)
    """Largest request body the API accepts."""

    score_body_bytes: int = Field(67_108_864, ge=1024)
    """The same of ``/v1/score``: a batch of orders is larger."""

    score_batch_orders: int = Field(1000, ge=1)
    """Most orders in one JSON array sent to ``/v1/score``; NDJSON has no such bound."""

    trusted_hosts: tuple[str, ...] = ()
    """Names the API is asked under (JSON list; ``.example.com`` for all below it);
    empty: any."""

    trusted_proxies: int = Field(0, ge=0, le=9)
    """Reverse proxies before the API that set X-Forwarded-For and -Proto; 0 believes
    neither."""

    limit_lookups: str = Field("1200/minute", pattern=LIMIT)
    """How often one network address may ask for cards, trends, models and config, such
    as ``20/second``; empty: as often as it likes. Without Redis each worker counts for
    itself."""

    limit_questions: str = Field("120/minute", pattern=LIMIT)
    """The same of ``/v1/risk`` and ``/v1/cart``."""

    limit_outcomes: str = Field("60/hour", pattern=LIMIT)
    """The same of ``/v1/outcomes``."""

    limit_scores: str = Field("1200/minute", pattern=LIMIT)
    """The same of ``/v1/score``; a batch counts once."""

    limit_unsubscribe: str = Field("60/minute", pattern=LIMIT)
    """The same of ``/v1/unsubscribe``."""

    limit_admin: str = Field("300/minute", pattern=LIMIT)
    """The same of the admin calls and the dashboard."""

    shopper_key_file: Path | None = None
    """Key of what shoppers are kept under: install tokens and counted look-ups;
    ``shopper.key`` in the data folder by default. All servers need the same."""

    assignment_key_file: Path | None = None
    """Key by which people are drawn into the arms of an experiment; ``assignment.key``
    in the data folder by default."""

    lookup_watches: int = Field(200, ge=0)
    """Most products that are watched because shoppers asked for them; 0: none, and
    nothing is counted."""

    lookup_days: int = Field(3, ge=2)
    """A product the shop does not know is watched once it was asked for on so many
    days; until then only a keyed hash of its name is kept."""

    rules_file: Path | None = None
    """TOML with thresholds of the nudges, in the place of those of
    ``interventions/rules.toml``."""

    contacts_file: Path | None = None
    """CSV ``customer_id,email,phone,language,time_zone``: where messages go, read when
    they are sent and stored nowhere else."""

    smtp_url: str = Field("", pattern=SMTP_URL)
    """Mail server of the channel ``email``: ``smtps://user:password@host:465`` (TLS
    from the start), ``smtp+starttls://…:587``, or ``smtp://…:25``, which is not
    encrypted; empty: no e-mail is sent."""

    mail_from: str = ""
    """Sender of e-mails, such as ``The Shop <care@shop.example>``."""

    mail_footer: str = ""
    """Last lines of every e-mail: the shop's postal address, where the law wants it."""

    sms_url: str = Field("", pattern=HTTP_URL)
    """Gateway of the channel ``sms``: takes JSON with ``to`` and ``text``, signed like
    webhooks; empty: none is sent."""

    webhook_url: str = Field("", pattern=HTTP_URL)
    """Receiver of the channel ``webhook``: JSON, signed as Standard Webhooks say;
    empty: none is sent."""

    alerts_file: Path | None = None
    """TOML over ``reporting/alerts/alerts.toml``: when an alert is raised."""

    alert_emails: tuple[str, ...] = ()
    """Who gets alerts by e-mail (JSON list of addresses), through `smtp_url`."""

    alert_webhook_url: str = Field("", pattern=HTTP_URL)
    """Receiver of alerts: JSON, signed like webhooks; empty: none."""

    webhook_secret: str = Field("", pattern=r"^(whsec_[A-Za-z0-9+/]{32,}={0,2})?$")
    """Secret that `sms_url` and `webhook_url` check signatures with: ``whsec_`` and
    base64 of 24 bytes or more."""

    templates_dir: Path | None = None
    """Folder of the shop's own message texts, in the place of those of
    ``interventions/channels/templates``."""

    send_timeout_seconds: float = Field(20, gt=0, le=120)
    """So long mail server, gateway or receiver may keep silent."""

    send_attempts: int = Field(6, ge=1, le=20)
    """A message that is put off so many times is given up."""

    resale_photo_url: str = ""
    """Address of the picture of a thing that came back, for its second-hand listing;
    ``{product_id}`` and ``{order_id}`` are filled in. Empty: drafts have none."""

    bucket_cards: int = Field(50, ge=1)
    """A private look-up's bucket holds at least so many cards, where there are."""

    card_days: int = Field(2, ge=1)
    """A risk card expires so many days after it was computed."""

    user_agent: str = "TrendGuardBot/0.1 (+https://github.com/trendguard/trendguard)"
    """What the spiders call themselves; sites can refuse it by name in robots.txt."""

    crawl_delay_seconds: float = Field(2.0, ge=0)
    """Least pause between two requests to one site."""

    crawl_timeout_seconds: int = Field(300, ge=1)
    """A crawl that takes longer is ended and reported as failed."""

    crawls_per_source: int = Field(1, ge=1)
    """So many crawls of one site are under way at once, whoever has a worker free."""

    import_watches: int = Field(100, ge=0)
    """Most hashtags, and most products, that are watched because they were imported; 0:
    none."""

    tiktok_url: str = "https://www.tiktok.com"
    """Where the TikTok spiders go; the sample market sets its own."""

    ebay_url: str = "https://www.ebay.com"
    """Where the eBay spiders go."""

    poshmark_url: str = "https://poshmark.com"
    """Where the Poshmark spiders go."""

    shop_url: str = Field("", pattern=HTTP_URL)
    """A shop on this machine or its own network, such as the sample market's: its
    product pages are fetched; of all other addresses only public ones are."""

    ebay_client_id: str = ""
    """App id of an eBay developer account. With it and its secret, `ebay_search` asks
    the Browse API for active listings and reads result pages only where that refuses;
    empty: pages."""

    ebay_client_secret: SecretStr = SecretStr("")
    """Secret of `ebay_client_id`; never stored or logged."""

    ebay_marketplace: str = Field("EBAY_US", pattern=r"^EBAY_[A-Z]{2}$")
    """Marketplace that the Browse API is asked for."""

    ebay_api_url: str = "https://api.ebay.com"
    """Where eBay's API is."""

    tiktok_client_key: str = ""
    """Key of a client that TikTok approved for its Research API; empty: nothing is
    asked there."""

    tiktok_client_secret: SecretStr = SecretStr("")
    """Secret of `tiktok_client_key`; never stored or logged."""

    tiktok_daily_requests: int = Field(1000, ge=1)
    """Most requests to the Research API in a day (UTC); TikTok's own limit is 1000."""

    tiktok_api_url: str = "https://open.tiktokapis.com"
    """Where TikTok's Research API is."""

    tiktok_ads_url: str = "https://ads.tiktok.com"
    """Where TikTok's Creative Center is."""

    trending_watches: int = Field(100, ge=0)
    """Most hashtags that are watched because Creative Center lists them; 0: none."""

    browser_path: str = ""
    """Chromium to use; empty means Playwright's own, else the system's."""

    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    """What is logged; no level ever logs personal data or what a shopper looked up."""

    log_format: Literal["text", "json"] = "text"
    """``json``: one object a line, for a log collector."""

    search_trials: int = Field(0, ge=0)
    """Training tries so many sets of parameters (Optuna) before it fits; 0 takes those
    that the served model was fitted with."""

    dask_address: str = ""
    """A Dask scheduler, such as ``tcp://10.0.0.5:8786``, whose workers grow the trees;
    empty: this machine does."""

    seed: int = 7
    """Seed of everything random in training."""

    hashtag_stale_days: int = Field(3, ge=0)
    """The monitor warns when the newest hashtag total is older; 0 never."""

    listing_stale_days: int = Field(14, ge=0)
    """The same of the newest second-hand offer."""

    order_stale_days: int = Field(7, ge=0)
    """The same of the newest order."""

    model_stale_days: int = Field(30, ge=0)
    """The same of the training of a served model."""

    retention_order_days: int = Field(1095, ge=0)
    """Orders and returns older than this are deleted at the turn of a month, with all
    that was made of them; 0 keeps them. Give models and trends a year at least."""

    retention_review_days: int = Field(1825, ge=0)
    """The same of reviews."""

    retention_action_days: int = Field(730, ge=0)
    """Predictions, interventions, deliveries and drafts of listings older than this are
    deleted each night; 0 keeps them."""

    retention_consent_days: int = Field(1095, ge=0)
    """The same of decisions that a newer one of the same person has replaced."""

    retention_outcome_days: int = Field(1095, ge=0)
    """The same of shoppers' answers to the poll."""

    retention_crawl_days: int = Field(365, ge=0)
    """The same of finished crawls."""

    retention_sample_days: int = Field(14, ge=0)
    """The same of pages and items that crawls could not use, kept for operators to look
    at: a page may name people."""

    retention_audit_days: int = Field(1095, ge=0)
    """The same of the audit trail, certificates of forgotten people among it."""

    trained_on: Literal["retailer", "sample"] = "retailer"
    """What the data is; ``sample`` makes every card say that its model is a sample."""

    @property
    def url(self) -> str:
        """The database's SQLAlchemy URL, with the default filled in."""
        if self.database_url:
            return self.database_url.replace("postgresql://", "postgresql+psycopg://")
        return f"sqlite:///{self.data_dir.resolve() / 'trendguard.db'}"

    @property
    def pseudonym_key_file(self) -> Path:
        """Path of the pseudonym key, with the default filled in."""
        return self.key_file or self.data_dir / "pseudonym.key"

    @property
    def shopper_pseudonym_key_file(self) -> Path:
        """Path of the shoppers' key, with the default filled in."""
        return self.shopper_key_file or self.data_dir / "shopper.key"

    @property
    def arms_key_file(self) -> Path:
        """Path of the assignments' key, with the default filled in."""
        return self.assignment_key_file or self.data_dir / "assignment.key"


@cache
def get_settings() -> Settings:
    """Return the process's settings, read once from the environment.

    Raises
    ------
    SettingsError
        With one line per wrong variable.
    """
    try:
        return Settings()
    except ValidationError as error:
        lines = (
            f"TRENDGUARD_{'_'.join(map(str, e['loc'])).upper()}: {e['msg']}"
            for e in error.errors()
        )
        raise SettingsError("wrong settings: " + "; ".join(lines)) from error
