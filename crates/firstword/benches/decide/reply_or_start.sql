-- An easier question than ours: is each message a reply, or does it start? A message is a reply if the other of the two
-- wrote within the window before it. There are no terms, calls, consents, hours or duplicates here.
SET threads = {threads};
SET preserve_insertion_order = false;
SET enable_progress_bar = false;
COPY (
    WITH said AS (
        SELECT "at", "from", "to", least("from", "to") AS one, greatest("from", "to") AS other
        FROM read_json(
            '{log}', format = 'newline_delimited',
            columns = {type: 'VARCHAR', "at": 'TIMESTAMP', "from": 'VARCHAR', "to": 'VARCHAR'}
        )
        WHERE type = 'message'
    ),
    heard AS (
        SELECT *,
            max("at") FILTER ("from" = one) OVER before AS one_wrote,
            max("at") FILTER ("from" = other) OVER before AS other_wrote
        FROM said
        WINDOW before AS (
            PARTITION BY one, other ORDER BY "at" ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
        )
    )
    SELECT "at", "from", "to",
        CASE WHEN "at" < (CASE WHEN "from" = one THEN other_wrote ELSE one_wrote END)
            + INTERVAL {window} MILLISECOND THEN 'reply' ELSE 'start' END AS verdict
    FROM heard
) TO '{out}' (FORMAT csv, HEADER);
