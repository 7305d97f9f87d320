-- Returns and orders of products with a trend, and those of them in the 14 days after
-- the peak of their hashtag's wave, as it is known afterwards.
-- Reads: labelled, hashtag_day.
WITH wave_peak AS (
    SELECT hashtag, wave, arg_max(day, smooth_views) AS peak_on
    FROM hashtag_day
    WHERE wave > 0
    GROUP BY hashtag, wave
),

placed AS (
    SELECT
        l.returned_on,
        l.purchased_on BETWEEN p.peak_on AND p.peak_on + 14 AS ordered_then,
        l.returned_on BETWEEN p.peak_on AND p.peak_on + 14 AS returned_then
    FROM labelled AS l
    JOIN hashtag_day AS d ON l.hashtag = d.hashtag AND l.purchased_on = d.day
    JOIN wave_peak AS p ON d.hashtag = p.hashtag AND d.wave = p.wave
)

SELECT
    count(returned_on),
    count(*) FILTER (returned_then),
    count(*),
    count(*) FILTER (ordered_then)
FROM placed
