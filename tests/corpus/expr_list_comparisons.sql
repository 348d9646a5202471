-- expect: distributed
SELECT id FROM facts WHERE nums > [5, 10] AND nums < [80] OR tags = ['red'] OR nums IS NULL AND id % 50 = 0;
