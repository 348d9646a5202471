-- expect: distributed
SELECT id, info.b, info['a'], struct_pack(x := k, y := [name]), {'k': k, 'in': info}, row(k, grp) = row(7, 'alpha'), struct_insert(info, z := qty), struct_extract(info, 'c').d, struct_update(info, a := 5) FROM facts WHERE id % 6 = 4;
