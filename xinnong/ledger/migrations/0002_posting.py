from django.db import migrations

from xinnong.accounts import rls

# Each table belongs to one lender. Journals, transfers and what was answered are written once; of an
# account only its totals and its closing change.
APPEND = ("journal", "transfer", "idempotencykey", "closingbalance")
CHANGE = ("account", "period", "assertion", "corecode")
TABLES = [
    operation
    for name in (*APPEND, *CHANGE)
    for operation in rls.enable(
        f"ledger_{name}",
        owner_kind="b",
        institution_id_column="institution_id",
        personal=False,
        books=True,
        app="append",
    )
]
GRANTS = """
GRANT UPDATE (posted_debits_minor, posted_credits_minor, pending_debits_minor,
              pending_credits_minor, closed_at) ON ledger_account TO xinnong_app;
GRANT UPDATE (closed_at, closed_by, transfers, checksum) ON ledger_period TO xinnong_app;
GRANT UPDATE (explained_at, explained_by, explanation) ON ledger_assertion TO xinnong_app;
GRANT UPDATE (core_code) ON ledger_corecode TO xinnong_app;
ALTER TABLE ledger_account SET (fillfactor = 70);
"""

NEVER_CHANGED = """
CREATE SCHEMA ledger;
GRANT USAGE ON SCHEMA ledger TO xinnong_app;

CREATE FUNCTION ledger.never_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'rows of % are never changed', TG_TABLE_NAME USING ERRCODE = 'XL002';
END
$$;
CREATE TRIGGER never_changed BEFORE UPDATE OR DELETE ON ledger_journal
    EXECUTE FUNCTION ledger.never_changed();
CREATE TRIGGER never_changed BEFORE UPDATE OR DELETE ON ledger_transfer
    EXECUTE FUNCTION ledger.never_changed();
CREATE TRIGGER never_changed BEFORE UPDATE OR DELETE ON ledger_closingbalance
    EXECUTE FUNCTION ledger.never_changed();
"""

# A refusal is an error, so that nothing of the call stays: SQLSTATE XL001, the code as message, the
# place as JSON in its detail. `place` is the journal within the call, `ord` the transfer's element
# of the arrays; people count a transfer within its journal.
REFUSE = """
CREATE FUNCTION ledger.refuse(code text, place integer, transfer integer, more jsonb)
RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION USING ERRCODE = 'XL001', MESSAGE = code,
        DETAIL = (jsonb_build_object('journal', place, 'transfer', transfer) || more)::text;
END
$$;
"""

# Posts journals all or nothing. Arrays of one length describe journals (p_refs … p_reversed), others
# transfers (p_places: number of its journal from 1, … p_ending: the reservation it ends, or NULL).
# Returns one row per journal in order: its id, and whether the key had been used before with the
# same body, in which case nothing moved for it.
#
# Every plan is made once a session, whatever the lengths of the arrays: planning anew each time took
# three times as long as the posting itself.
#
# Order of locks, so that postings never wait for each other in a circle: the institution (shared;
# closing a period or an account takes it alone), keys in order, reservations in order, accounts with
# a running balance in order. Accounts without one are never locked.
POST = """
CREATE FUNCTION ledger.post(
    p_institution bigint, p_actor uuid, p_booked_at timestamptz, p_route text,
    p_refs uuid[], p_keys text[], p_days date[], p_reasons text[], p_references text[],
    p_reversed bigint[],
    p_places integer[], p_debits bigint[], p_credits bigint[], p_amounts bigint[], p_why text[],
    p_states text[], p_ending bigint[])
RETURNS TABLE (journal_id bigint, replayed boolean) LANGUAGE plpgsql
SET plan_cache_mode = force_generic_plan AS $$
DECLARE
    v_count integer := cardinality(p_keys);
    v_moves integer := cardinality(p_places);
    v_hashes bytea[];
    v_ids bigint[];
    v_fresh boolean[];
    v_closed date;
    v_plain boolean;
    v_running integer;
    v_limited boolean;
    v_broken boolean;
    v_place integer;
BEGIN
    IF NOT (v_count = ALL (ARRAY[cardinality(p_refs), cardinality(p_days), cardinality(p_reasons),
                                 cardinality(p_references), cardinality(p_reversed)])
            AND v_moves = ALL (ARRAY[cardinality(p_debits), cardinality(p_credits),
                                     cardinality(p_amounts), cardinality(p_why),
                                     cardinality(p_states), cardinality(p_ending)])) THEN
        RAISE EXCEPTION 'ledger.post: arrays of different lengths' USING ERRCODE = '22023';
    END IF;
    PERFORM pg_advisory_xact_lock_shared(7466252, p_institution::integer);

    IF v_count > 1 OR v_moves = 0 THEN
        SELECT min(place) INTO v_place
        FROM (SELECT place FROM generate_series(1, v_count) AS place
              EXCEPT SELECT place FROM unnest(p_places) AS place) AS empty;
        IF v_place IS NOT NULL THEN
            PERFORM ledger.refuse('ledger.no_transfers', v_place, 0, '{}');
        END IF;
    END IF;
    IF cardinality(array_remove(p_reversed, NULL)) > 0 THEN
        SELECT array_agg(hash ORDER BY place) INTO v_hashes
        FROM ledger.bodies(p_days, p_reasons, p_references, p_reversed, p_places, p_debits,
                           p_credits, p_amounts, p_why, p_states, p_ending);
        PERFORM ledger.check_reversals(
            p_institution, p_actor, p_route, p_keys, p_reversed, v_hashes);
    END IF;

    -- keys: whoever inserts first wins, the others wait for the outcome and replay
    WITH wanted AS (
        SELECT j.*, body.hash
        FROM unnest(p_refs, p_keys, p_days, p_reasons, p_references, p_reversed) WITH ORDINALITY
                 AS j(ref, key, day, reason, reference, reversed, place)
        JOIN ledger.bodies(p_days, p_reasons, p_references, p_reversed, p_places, p_debits,
                           p_credits, p_amounts, p_why, p_states, p_ending) AS body
            ON body.place = j.place
    ), made AS (
        INSERT INTO ledger_journal (institution_id, ref, business_on, booked_at, reason, reference,
                                    actor, route, key, body_hash, reverses_id)
        SELECT p_institution, ref, day, p_booked_at, reason, reference, p_actor, p_route, key, hash,
               reversed
        FROM wanted ORDER BY key, place
        ON CONFLICT (institution_id, actor, route, key) DO NOTHING
        RETURNING id, ref
    )
    SELECT array_agg(made.id ORDER BY wanted.place),
           array_agg(made.id IS NOT NULL ORDER BY wanted.place),
           array_agg(wanted.hash ORDER BY wanted.place)
    INTO v_ids, v_fresh, v_hashes
    FROM wanted LEFT JOIN made ON made.ref = wanted.ref;
    IF false = ANY (v_fresh) THEN
        SELECT array_agg(j.id ORDER BY w.place),
               min(w.place) FILTER (WHERE j.body_hash <> w.hash)
        INTO v_ids, v_place
        FROM unnest(p_keys, v_hashes) WITH ORDINALITY AS w(key, hash, place)
        JOIN ledger_journal AS j ON j.institution_id = p_institution AND j.actor = p_actor
                                 AND j.route = p_route AND j.key = w.key;
        IF v_place IS NOT NULL THEN
            PERFORM ledger.refuse('ledger.key_reused', v_place, 0, '{}');
        END IF;
        IF NOT true = ANY (v_fresh) THEN
            RETURN QUERY SELECT id, true FROM unnest(v_ids) AS id;
            RETURN;
        END IF;
    END IF;

    -- dates
    SELECT max(last_on) INTO v_closed
    FROM ledger_period WHERE institution_id = p_institution AND closed_at IS NOT NULL;
    IF v_closed IS NOT NULL THEN
        SELECT min(j.place) INTO v_place
        FROM unnest(p_days) WITH ORDINALITY AS j(day, place)
        WHERE j.day <= v_closed AND v_fresh[j.place];
        IF v_place IS NOT NULL THEN
            PERFORM ledger.refuse('ledger.period_closed', v_place, 0,
                                  jsonb_build_object('closed_through', v_closed));
        END IF;
    END IF;

    -- transfers, each by itself: counted at a glance, looked at one by one only where that fails
    SELECT (SELECT count(*) FROM ledger_account AS a
            WHERE a.id = ANY (p_debits || p_credits) AND a.institution_id = p_institution
              AND a.closed_at IS NULL) = count(DISTINCT side.account)
           AND bool_and(coalesce(t.debit <> t.credit AND t.amount > 0
                                 AND t.amount <= 1000000000000000, false))
    INTO v_plain
    FROM unnest(p_debits, p_credits, p_amounts) AS t(debit, credit, amount)
    CROSS JOIN LATERAL (VALUES (t.debit), (t.credit)) AS side(account);
    IF NOT v_plain
    THEN
        PERFORM ledger.check_transfers(
            p_institution, p_places, p_debits, p_credits, p_amounts, v_fresh);
    END IF;
    IF cardinality(array_remove(p_ending, NULL)) > 0 THEN
        PERFORM ledger.check_reservations(
            p_institution, p_places, p_debits, p_credits, p_amounts, p_states, p_ending, v_fresh);
    END IF;

    -- running balances: locked in order, and compared with their limits as they will be
    SELECT count(*), coalesce(bool_or(
               ((a.debits_must_not_exceed_credits OR (a.no_negative_balance AND a.normal = 'c'))
                AND a.posted_debits_minor + s.posted_debits + a.pending_debits_minor
                    + s.pending_debits > a.posted_credits_minor + s.posted_credits)
               OR (a.no_negative_balance AND a.normal = 'd'
                   AND a.posted_credits_minor + s.posted_credits + a.pending_credits_minor
                       + s.pending_credits > a.posted_debits_minor + s.posted_debits)), false),
           coalesce(bool_or(a.no_negative_balance OR a.debits_must_not_exceed_credits), false)
    INTO v_running, v_broken, v_limited
    FROM (SELECT * FROM ledger_account
          WHERE id = ANY (p_debits || p_credits) AND posted_debits_minor IS NOT NULL
          ORDER BY id FOR NO KEY UPDATE) AS a
    JOIN ledger.totals(p_places, p_debits, p_credits, p_amounts, p_states, p_ending, v_fresh) AS s
        ON s.account = a.id;
    IF v_broken OR (v_limited AND v_count > 1) THEN
        PERFORM ledger.check_balances(
            p_places, p_debits, p_credits, p_amounts, p_states, p_ending, v_fresh);
    END IF;
    IF v_running > 0 THEN
        UPDATE ledger_account AS a SET
            posted_debits_minor = a.posted_debits_minor + s.posted_debits,
            posted_credits_minor = a.posted_credits_minor + s.posted_credits,
            pending_debits_minor = a.pending_debits_minor + s.pending_debits,
            pending_credits_minor = a.pending_credits_minor + s.pending_credits
        FROM ledger.totals(p_places, p_debits, p_credits, p_amounts, p_states, p_ending, v_fresh)
            AS s
        WHERE a.id = s.account AND a.posted_debits_minor IS NOT NULL;
    END IF;

    INSERT INTO ledger_transfer (institution_id, journal_id, business_on, debit_id, credit_id,
                                 amount_minor, reason, state, ends_id)
    SELECT p_institution, v_ids[t.place], p_days[t.place], t.debit, t.credit, t.amount, t.why,
           t.state, t.ending
    FROM unnest(p_places, p_debits, p_credits, p_amounts, p_why, p_states, p_ending)
             WITH ORDINALITY AS t(place, debit, credit, amount, why, state, ending, ord)
    WHERE v_fresh[t.place]
    ORDER BY t.place, t.ord;
    RETURN QUERY SELECT j.id, NOT j.fresh FROM unnest(v_ids, v_fresh) AS j(id, fresh);
END
$$;
"""

# What a replay must repeat: a hash of all of a journal but its key.
BODIES = """
CREATE FUNCTION ledger.bodies(
    p_days date[], p_reasons text[], p_references text[], p_reversed bigint[], p_places integer[],
    p_debits bigint[], p_credits bigint[], p_amounts bigint[], p_why text[], p_states text[],
    p_ending bigint[])
RETURNS TABLE (place bigint, hash bytea) LANGUAGE sql STABLE AS $$
    SELECT j.place, sha256(convert_to(
               ROW(j.day, j.reason, j.reference, j.reversed)::text || body.moves, 'UTF8'))
    FROM unnest(p_days, p_reasons, p_references, p_reversed) WITH ORDINALITY
             AS j(day, reason, reference, reversed, place)
    JOIN (SELECT t.place,
                 string_agg(ROW(t.debit, t.credit, t.amount, t.why, t.state, t.ending)::text, ''
                            ORDER BY t.ord) AS moves
          FROM unnest(p_places, p_debits, p_credits, p_amounts, p_why, p_states, p_ending)
                   WITH ORDINALITY AS t(place, debit, credit, amount, why, state, ending, ord)
          GROUP BY t.place) AS body ON body.place = j.place
$$;
"""

# The number of a transfer within its journal.
WITHIN = """
CREATE FUNCTION ledger.within(p_places integer[], p_ord bigint) RETURNS integer
LANGUAGE sql IMMUTABLE
RETURN (SELECT count(*) FROM unnest(p_places) WITH ORDINALITY AS t(place, ord)
        WHERE ord <= p_ord AND place = p_places[p_ord]);
"""

# What each side of each transfer adds to the four totals of its account. `takes` says on which side
# a transfer may break a limit: one that ends a reservation never takes more than was reserved.
SIDES = """
CREATE FUNCTION ledger.sides(
    p_places integer[], p_debits bigint[], p_credits bigint[], p_amounts bigint[], p_states text[],
    p_ending bigint[])
RETURNS TABLE (account bigint, place integer, ord bigint, takes text, posted_debits bigint,
               posted_credits bigint, pending_debits bigint, pending_credits bigint)
LANGUAGE sql STABLE AS $$
    WITH moved AS (
        SELECT t.*,
               CASE WHEN state IN ('posted', 'posted_pending') THEN amount ELSE 0 END AS posted,
               CASE WHEN state = 'pending' THEN amount
                    WHEN ending IS NOT NULL THEN
                        -(SELECT amount_minor FROM ledger_transfer WHERE id = ending)
                    ELSE 0 END AS pending
        FROM unnest(p_places, p_debits, p_credits, p_amounts, p_states, p_ending) WITH ORDINALITY
                 AS t(place, debit, credit, amount, state, ending, ord)
    )
    SELECT debit, place, ord, CASE WHEN ending IS NULL THEN 'd' END, posted, 0, pending, 0 FROM moved
    UNION ALL
    SELECT credit, place, ord, CASE WHEN ending IS NULL THEN 'c' END, 0, posted, 0, pending FROM moved
$$;
"""

# The same per account, without journals that were posted before.
TOTALS = """
CREATE FUNCTION ledger.totals(
    p_places integer[], p_debits bigint[], p_credits bigint[], p_amounts bigint[], p_states text[],
    p_ending bigint[], p_fresh boolean[])
RETURNS TABLE (account bigint, posted_debits bigint, posted_credits bigint, pending_debits bigint,
               pending_credits bigint)
LANGUAGE sql STABLE AS $$
    SELECT account, sum(posted_debits)::bigint, sum(posted_credits)::bigint,
           sum(pending_debits)::bigint, sum(pending_credits)::bigint
    FROM ledger.sides(p_places, p_debits, p_credits, p_amounts, p_states, p_ending)
    WHERE p_fresh[place] GROUP BY account
$$;
"""

CHECK_TRANSFERS = """
CREATE FUNCTION ledger.check_transfers(
    p_institution bigint, p_places integer[], p_debits bigint[], p_credits bigint[],
    p_amounts bigint[], p_fresh boolean[])
RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    v_place integer;
    v_ord bigint;
    v_code text;
BEGIN
    WITH known AS (
        SELECT a.id, a.closed_at FROM ledger_account AS a
        WHERE a.id = ANY (p_debits || p_credits) AND a.institution_id = p_institution
    )
    SELECT t.place, t.ord, t.code INTO v_place, v_ord, v_code
    FROM (SELECT t.place, t.ord, CASE
                     WHEN t.amount IS NULL OR t.amount <= 0 OR t.amount > 1000000000000000
                         THEN 'ledger.amount'
                     WHEN t.debit = t.credit THEN 'ledger.same_account'
                     WHEN d.id IS NULL OR c.id IS NULL THEN 'ledger.account_unknown'
                     WHEN d.closed_at IS NOT NULL OR c.closed_at IS NOT NULL
                         THEN 'ledger.account_closed' END AS code
          FROM unnest(p_places, p_debits, p_credits, p_amounts) WITH ORDINALITY
                   AS t(place, debit, credit, amount, ord)
          LEFT JOIN known AS d ON d.id = t.debit
          LEFT JOIN known AS c ON c.id = t.credit
          WHERE p_fresh[t.place]) AS t
    WHERE t.code IS NOT NULL ORDER BY t.place, t.ord LIMIT 1;
    IF v_code IS NOT NULL THEN
        PERFORM ledger.refuse(v_code, v_place, ledger.within(p_places, v_ord), '{}');
    END IF;
END
$$;
"""

# Limits hold at the end of every journal of the call, in order; refuses at the first transfer of the
# first journal that takes from an account which then is below its limit.
CHECK_BALANCES = """
CREATE FUNCTION ledger.check_balances(
    p_places integer[], p_debits bigint[], p_credits bigint[], p_amounts bigint[], p_states text[],
    p_ending bigint[], p_fresh boolean[])
RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    v_place integer;
    v_ord bigint;
BEGIN
    WITH sides AS MATERIALIZED (
        SELECT * FROM ledger.sides(p_places, p_debits, p_credits, p_amounts, p_states, p_ending)
        WHERE p_fresh[place]
    ), after AS (
        SELECT account, place,
               sum(sum(posted_debits)) OVER so_far AS posted_debits,
               sum(sum(posted_credits)) OVER so_far AS posted_credits,
               sum(sum(pending_debits)) OVER so_far AS pending_debits,
               sum(sum(pending_credits)) OVER so_far AS pending_credits
        FROM sides GROUP BY account, place
        WINDOW so_far AS (PARTITION BY account ORDER BY place)
    ), broken AS (
        SELECT a.id AS account, after.place, side.side
        FROM after JOIN ledger_account AS a ON a.id = after.account
        CROSS JOIN LATERAL (VALUES
            ('d', a.debits_must_not_exceed_credits OR (a.no_negative_balance AND a.normal = 'c'),
             a.posted_credits_minor + after.posted_credits - a.posted_debits_minor
                 - after.posted_debits - a.pending_debits_minor - after.pending_debits),
            ('c', a.no_negative_balance AND a.normal = 'd',
             a.posted_debits_minor + after.posted_debits - a.posted_credits_minor
                 - after.posted_credits - a.pending_credits_minor - after.pending_credits)
        ) AS side(side, limited, room)
        WHERE side.limited AND side.room < 0
    )
    SELECT sides.place, sides.ord INTO v_place, v_ord
    FROM sides JOIN broken ON broken.account = sides.account AND broken.place = sides.place
                           AND broken.side = sides.takes
    ORDER BY sides.place, sides.ord LIMIT 1;
    IF v_place IS NOT NULL THEN
        PERFORM ledger.refuse('ledger.balance_too_small', v_place,
                              ledger.within(p_places, v_ord), '{}');
    END IF;
END
$$;
"""

CHECK_RESERVATIONS = """
CREATE FUNCTION ledger.check_reservations(
    p_institution bigint, p_places integer[], p_debits bigint[], p_credits bigint[],
    p_amounts bigint[], p_states text[], p_ending bigint[], p_fresh boolean[])
RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    v_place integer;
    v_ord bigint;
    v_code text;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('ledger.reservation', ending))
    FROM (SELECT DISTINCT ending FROM unnest(p_ending) AS ending WHERE ending IS NOT NULL
          ORDER BY ending) AS wanted;
    SELECT t.place, t.ord, t.code INTO v_place, v_ord, v_code
    FROM (SELECT t.place, t.ord, CASE
                     WHEN r.id IS NULL OR r.state <> 'pending' THEN 'ledger.reservation_unknown'
                     WHEN row_number() OVER (PARTITION BY t.ending ORDER BY t.place, t.ord) > 1
                          OR EXISTS (SELECT FROM ledger_transfer AS e WHERE e.ends_id = t.ending)
                         THEN 'ledger.reservation_over'
                     WHEN r.debit_id <> t.debit OR r.credit_id <> t.credit
                          OR (t.state = 'voided' AND t.amount <> r.amount_minor)
                          OR t.amount > r.amount_minor
                         THEN 'ledger.reservation_differs' END AS code
          FROM unnest(p_places, p_debits, p_credits, p_amounts, p_states, p_ending)
                   WITH ORDINALITY AS t(place, debit, credit, amount, state, ending, ord)
          LEFT JOIN ledger_transfer AS r ON r.id = t.ending AND r.institution_id = p_institution
          WHERE t.ending IS NOT NULL AND p_fresh[t.place]) AS t
    WHERE t.code IS NOT NULL ORDER BY t.place, t.ord LIMIT 1;
    IF v_code IS NOT NULL THEN
        PERFORM ledger.refuse(v_code, v_place, ledger.within(p_places, v_ord), '{}');
    END IF;
END
$$;
"""

# Runs before the keys are taken, because the index that keeps a journal from being reversed twice
# would answer first; so it looks at the keys itself.
CHECK_REVERSALS = """
CREATE FUNCTION ledger.check_reversals(
    p_institution bigint, p_actor uuid, p_route text, p_keys text[], p_reversed bigint[],
    p_hashes bytea[])
RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    v_place integer;
    v_code text;
BEGIN
    WITH seen AS (
        SELECT w.*, j.body_hash AS before,
               first_value(w.place) OVER (PARTITION BY w.key ORDER BY w.place) AS first_place,
               first_value(w.hash) OVER (PARTITION BY w.key ORDER BY w.place) AS first_hash
        FROM unnest(p_keys, p_reversed, p_hashes) WITH ORDINALITY AS w(key, reversed, hash, place)
        LEFT JOIN ledger_journal AS j ON j.institution_id = p_institution AND j.actor = p_actor
                                      AND j.route = p_route AND j.key = w.key
    ), fresh AS (
        SELECT place, reversed,
               row_number() OVER (PARTITION BY reversed ORDER BY place) AS nth
        FROM seen WHERE before IS NULL AND place = first_place AND reversed IS NOT NULL
    ), found AS (
        SELECT 1 AS step, place, 'ledger.key_reused' AS code
        FROM seen WHERE hash <> coalesce(before, first_hash)
        UNION ALL
        SELECT 2, place, CASE WHEN of.id IS NULL THEN 'ledger.journal_unknown'
                              ELSE 'ledger.already_reversed' END
        FROM fresh
        LEFT JOIN ledger_journal AS of ON of.id = fresh.reversed
                                       AND of.institution_id = p_institution
        WHERE of.id IS NULL OR fresh.nth > 1
           OR EXISTS (SELECT FROM ledger_journal AS r WHERE r.reverses_id = fresh.reversed)
    )
    SELECT place, code INTO v_place, v_code FROM found ORDER BY step, place LIMIT 1;
    IF v_code IS NOT NULL THEN
        PERFORM ledger.refuse(v_code, v_place, 0, '{}');
    END IF;
END
$$;
"""


class Migration(migrations.Migration):
    dependencies = [("ledger", "0001_initial"), rls.DEPENDENCY]

    operations = [
        *TABLES,
        migrations.RunSQL(GRANTS, migrations.RunSQL.noop),
        migrations.RunSQL(NEVER_CHANGED, "DROP SCHEMA ledger CASCADE"),
        *[
            migrations.RunSQL(function, migrations.RunSQL.noop)
            for function in (
                REFUSE,
                BODIES,
                WITHIN,
                SIDES,
                TOTALS,
                CHECK_TRANSFERS,
                CHECK_BALANCES,
                CHECK_RESERVATIONS,
                CHECK_REVERSALS,
                POST,
            )
        ],
    ]
