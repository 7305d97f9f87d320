"""The import: a folder of CSV or Parquet files into the store, all of it or nothing."""

from store.importing.consents import import_consents
from store.importing.folder import ImportReport, import_folder

__all__ = ["ImportReport", "import_consents", "import_folder"]
