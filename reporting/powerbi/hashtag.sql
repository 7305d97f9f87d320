-- A row per hashtag that was observed or is linked.
SELECT hashtag, any_value(stage) AS newest_stage
FROM (
    SELECT hashtag, stage
    FROM stored_hashtag_day
    QUALIFY row_number() OVER (PARTITION BY hashtag ORDER BY day DESC) = 1
    UNION ALL
    SELECT hashtag, NULL FROM stored_product_hashtag
)
GROUP BY hashtag
ORDER BY hashtag
