"""What granian loads in each worker process."""

import logging

from server.app import create_app
from store.settings import get_settings

logging.basicConfig(level=get_settings().log_level)
app = create_app(get_settings())
