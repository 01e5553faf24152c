CREATE VIEW faults AS
WITH rows_at_fault AS MATERIALIZED (
    FROM REGISTER
    WHERE TURNOVER IS NULL
       OR TURNOVER < 0
       OR EMPLOYED < 0
       OR (TURNOVER > 0 AND EMPLOYED = 0)
       OR (EMPLOYED > 0 AND TURNOVER > 1000000 * EMPLOYED)
       OR length(ACTIVITY) <> 5
)
SELECT
    UNIT, TIME_PERIOD, REF_AREA, ACTIVITY, fault.ruleid,
    TURNOVER, EMPLOYED, fault.errorcode, fault.errorlevel
FROM (
    SELECT *, unnest(list_filter([
        {broken: TURNOVER IS NULL, ruleid: 'known', errorcode: 'Turnover is missing', errorlevel: 3},
        {broken: TURNOVER < 0, ruleid: 'not_negative', errorcode: 'Turnover is negative', errorlevel: 3},
        {broken: EMPLOYED < 0, ruleid: 'staff', errorcode: 'Employment is negative', errorlevel: 3},
        {broken: TURNOVER > 0 AND EMPLOYED = 0, ruleid: 'earned_by', errorcode: 'Turnover without employment', errorlevel: 2},
        {broken: EMPLOYED > 0 AND TURNOVER > 1000000 * EMPLOYED, ruleid: 'per_head', errorcode: 'Turnover per head is out of range', errorlevel: 1},
        {broken: length(ACTIVITY) <> 5, ruleid: 'class', errorcode: 'Activity is not a class', errorlevel: 2}
    ], lambda rule: rule.broken)) AS fault
    FROM rows_at_fault
)
ORDER BY ALL;
