"""The Power BI project: a star of Parquet files, a model of them, a report on it."""
