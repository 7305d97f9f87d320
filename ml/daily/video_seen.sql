-- One row per look at a video, with whether its views look bought: many views that
-- hardly anyone liked, or likes that hardly anyone commented on or shared. Each rate is
-- judged by its upper 95 % Poisson bound, (sqrt(k + 1) + 1.645 / 2)^2 for k seen, so a
-- small video is not called fake for want of numbers and nothing is divided; a counter
-- that is not given says nothing.
SELECT
    hashtag,
    video_id,
    observed_at,
    view_count,
    coalesce(
        -- Honest videos have over 1 like in 100 views (the seed's bound).
        pow(sqrt(like_count + 1) + 0.8225, 2) < 0.01 * view_count
        -- Likes without a word: honest videos have 1 comment or share in 10 to 50
        -- likes; a quarter of the least is out of their reach.
        OR pow(sqrt(comment_count + share_count + 1) + 0.8225, 2) < like_count / 200,
        false
    )::INTEGER AS is_bought
FROM video
