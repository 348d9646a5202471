-- expect: distributed
SELECT k, label, region, weight FROM dims WHERE k2 > 0;
