-- expect: distributed HashJoinExec
SELECT a.id, b.key FROM (SELECT id, mood FROM alltypes WHERE id % 9 = 0) a LEFT JOIN (SELECT DISTINCT ON (mood) mood, key % 1 AS key FROM alltypes) b ON a.mood = b.mood;
