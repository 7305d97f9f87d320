-- A row per product and end: its orders in the upper and in the lower fifth of a column.
-- Reads: labelled. {column} is one of the drivers' columns.
WITH edge AS (
    SELECT
        quantile_cont({column}, 0.2) AS low_edge,
        quantile_cont({column}, 0.8) AS high_edge
    FROM labelled
)

SELECT
    product_id,
    {column} >= high_edge AS at_high,
    count(*) AS order_count,
    sum(y) AS regretted
FROM labelled, edge
WHERE low_edge < high_edge AND ({column} >= high_edge OR {column} <= low_edge)
GROUP BY product_id, at_high
