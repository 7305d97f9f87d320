-- One row per look at a video, with whether its views look bought: many views that
-- hardly anyone liked, or likes that hardly anyone commented on or shared. Small
-- numbers are smoothed, so that a new video is not called fake for its first views;
-- a counter that is not given counts as honest.
SELECT
    hashtag,
    video_id,
    observed_at,
    view_count,
    coalesce(
        -- Honest videos have over 1 like in 100 views (the seed's bound).
        (like_count + 20) / (view_count + 1000) < 0.01
        -- Likes without a word: under 1 comment or share in 300 likes.
        OR (comment_count + share_count + 3) / (like_count + 300) < 0.0034,
        false
    )::INTEGER AS is_bought
FROM video
