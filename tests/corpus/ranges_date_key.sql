-- expect: any
SELECT v.day, count(*) FROM visits v JOIN accounts a ON v.day = a.opened GROUP BY v.day;
