-- expect: distributed
SELECT id % 500 AS g, equi_width_bins(min(k), max(k) + 1, 5, false) AS ints, equi_width_bins(min(qty)::TINYINT, max(qty)::UTINYINT, 3, true) AS small,
equi_width_bins(min(d), max(d) + 1, 4, true) AS days FROM facts WHERE qty BETWEEN 0 AND 100 GROUP BY ALL;
