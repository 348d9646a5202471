-- expect: distributed
UNPIVOT (SELECT id, qty, k FROM facts WHERE id < 500) ON qty, k INTO NAME what VALUE val;
