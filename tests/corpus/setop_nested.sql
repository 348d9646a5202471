-- expect: distributed
(SELECT k FROM dims EXCEPT SELECT k FROM links) UNION ALL (SELECT k2 FROM dims INTERSECT SELECT k2 FROM facts);
