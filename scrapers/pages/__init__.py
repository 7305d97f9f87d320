"""From a page to items: no Scrapy, no browser, no database."""
