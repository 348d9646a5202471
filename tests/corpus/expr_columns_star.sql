-- expect: distributed
SELECT max(COLUMNS('^(k|qty|id)$')), count(COLUMNS(c -> c LIKE 'a%')) FROM facts;
