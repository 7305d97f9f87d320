-- A row per hashtag and day.
SELECT * FROM stored_hashtag_day ORDER BY hashtag, day
