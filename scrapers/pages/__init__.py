"""Page objects: what one saved or fetched answer says; pure, and one per site and
thing. They know no Scrapy, no browser and no database.
"""
