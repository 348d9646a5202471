-- expect: distributed
SELECT bin, count FROM histogram_values(facts, k, bin_count := 7, technique := 'equi-width');
