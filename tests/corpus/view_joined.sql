-- expect: distributed
SELECT b.k, b.total, d.label FROM big_spenders b LEFT JOIN dims d ON b.k = d.k;
