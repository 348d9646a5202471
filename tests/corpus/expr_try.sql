-- expect: distributed
SELECT id, try(1 // (qty % 3)), try(cast(name AS INTEGER)), try(ln(qty)) FROM facts WHERE id % 8 = 0;
