-- expect: distributed
SELECT id, info.b, info['a'], struct_pack(x := k, y := [name]), {'k': k, 'in': info}, {'k': k, 'g': grp} = {'k': 7, 'g': 'alpha'}, struct_insert(info, z := qty), struct_extract(info, 'c').d, struct_update(info, a := 5) FROM facts WHERE id % 6 = 4;
