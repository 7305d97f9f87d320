-- One row per labelled order, in order of time, told of its customer what may be told.
-- Reads: labelled_order, told(age_band, income_decile, told_age_band, told_income_decile)
-- of the combinations that too few share.
SELECT
    l.* EXCLUDE (returned_on) REPLACE (
        CASE WHEN t.is_small THEN t.told_age_band ELSE l.age_band END AS age_band,
        CASE WHEN t.is_small THEN t.told_income_decile ELSE l.income_decile END
            AS income_decile
    )
FROM labelled_order AS l
LEFT JOIN (SELECT *, TRUE AS is_small FROM told) AS t
    ON l.age_band IS NOT DISTINCT FROM t.age_band
    AND l.income_decile IS NOT DISTINCT FROM t.income_decile
ORDER BY l.purchased_on, l.order_id
