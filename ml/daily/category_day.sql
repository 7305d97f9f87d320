-- One row per category and day: what holds for all its products, where one of them has
-- too little of its own. Reads: product, event_day and resale_day (of all products from
-- `since` on), bounds(last_day, since).
WITH grid AS (
    SELECT
        c.category,
        unnest(generate_series(b.since - 1, b.last_day, INTERVAL 1 DAY))::DATE AS day
    FROM (SELECT DISTINCT coalesce(category, '') AS category FROM product) AS c,
        bounds AS b
),

judged_day AS (
    -- What lies before `since` counts as of the day before it.
    SELECT
        coalesce(p.category, '') AS category,
        greatest(e.day, b.since - 1) AS day,
        sum(e.judged_n) AS return_n,
        sum(e.returned_n) AS returned_n,
        sum(e.regret_n) AS regret_n,
        sum(e.regret) AS regret
    FROM event_day AS e
    JOIN product AS p USING (product_id), bounds AS b
    GROUP BY ALL
),

returns AS (
    SELECT
        grid.category,
        grid.day,
        coalesce(sum(j.return_n) OVER so_far, 0) AS return_n,
        coalesce(sum(j.returned_n) OVER so_far, 0) AS returned_n,
        coalesce(sum(j.regret_n) OVER so_far, 0) AS regret_n,
        coalesce(sum(j.regret) OVER so_far, 0) AS regret
    FROM grid
    LEFT JOIN judged_day AS j USING (category, day)
    WINDOW so_far AS (PARTITION BY grid.category ORDER BY grid.day)
),

effect AS (
    -- Compared within a product, so that dear things do not pass for dear conditions;
    -- 20 pairs stand for "no difference".
    SELECT
        category,
        day,
        -coalesce(sum(sold_pair_n * sold_over_ask_log), 0)
            / (20 + coalesce(sum(sold_pair_n), 0)) AS ask_over_sold_log,
        coalesce(sum(new_pair_n * new_over_used_log), 0)
            / (20 + coalesce(sum(new_pair_n), 0)) AS new_over_used_log,
        -- The spread of one offer among a product's; 20 stand for a sixth more or less.
        sqrt(
            (coalesce(sum((log_n - 1) * log_variance), 0) + 20 * 0.0225)
            / (20 + coalesce(sum(log_n - 1) FILTER (log_variance IS NOT NULL), 0))
        ) AS resale_spread_log
    FROM resale_day
    GROUP BY category, day
),

alike AS (
    SELECT
        r.category,
        r.day,
        r.weight,
        r.log_ratio
        - e.ask_over_sold_log * r.ask_share
        - e.new_over_used_log * r.new_share AS log_ratio,
        e.resale_spread_log ** 2 / r.weight AS noise
    FROM resale_day AS r
    JOIN effect AS e USING (category, day)
    WHERE r.weight IS NOT NULL
),

level AS (
    SELECT
        category,
        day,
        sum(weight) AS weight,
        sum(weight * log_ratio) AS log_sum,
        -- How far its products lie apart in truth; 10 of them stand for 0.3 either way.
        (coalesce((count(*) - 1) * (var_samp(log_ratio) - avg(noise)), 0) + 10 * 0.09)
            / (count(*) + 9) AS apart
    FROM alike
    GROUP BY category, day
),

shop AS (
    SELECT day, sum(log_sum) / sum(weight) AS log_ratio
    FROM level
    GROUP BY day
)

SELECT
    t.category,
    t.day,
    t.return_n,
    t.returned_n,
    sum(t.returned_n) OVER of_day / nullif(sum(t.return_n) OVER of_day, 0)
        AS shop_return_rate,
    -- Rounded as product_day.sql says. Few reviews lean on those of all categories: 10
    -- of them stand beside.
    round((
        t.regret
        + 10 * sum(t.regret) OVER of_day / nullif(sum(t.regret_n) OVER of_day, 0)
    ) / (t.regret_n + 10), 9) AS regret_talk,
    round(coalesce(e.ask_over_sold_log, 0), 9) AS ask_over_sold_log,
    round(coalesce(e.new_over_used_log, 0), 9) AS new_over_used_log,
    round(coalesce(e.resale_spread_log, 0.15), 9) AS resale_spread_log,
    -- Few offers lean on those of all categories: 10 of them stand beside.
    round((coalesce(l.log_sum, 0) + 10 * s.log_ratio) / (coalesce(l.weight, 0) + 10), 9)
        AS resale_log,
    -- The less its products differ, the more they say about one another.
    round(coalesce(
        e.resale_spread_log ** 2 / greatest(l.apart, e.resale_spread_log ** 2 / 3), 0.25
    ), 9) AS resale_lean_n
FROM returns AS t
LEFT JOIN effect AS e USING (category, day)
LEFT JOIN level AS l USING (category, day)
LEFT JOIN shop AS s USING (day)
WINDOW of_day AS (PARTITION BY t.day)
