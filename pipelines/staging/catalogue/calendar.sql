/*+++
title = "Months"
description = "One row a month from 2005 to 2040; joined where a month without events needs a row."
[columns]
period = "First day of the month."
period_end = "First day of the next month."
+++*/
CREATE OR REPLACE TABLE catalogue.calendar AS
SELECT
    make_date(year, month, 1) AS period,
    make_date(year + month // 12, month % 12 + 1, 1) AS period_end
FROM (SELECT unnest(range(2005, 2041)) AS year)
CROSS JOIN (SELECT unnest(range(1, 13)) AS month)
ORDER BY period;
