"""Which requests to make; reading is the pages' part."""
