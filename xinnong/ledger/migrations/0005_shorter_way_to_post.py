from django.db import migrations

from xinnong.accounts import rls

# Which ledgers a scope opens, in one reading of the scope: each of the four questions that the
# policies asked before read it again, at every statement of a posting. No scope, another kind of
# operator or a scope without books opens none.
LEDGERS = """
CREATE FUNCTION scope.ledgers() RETURNS bigint[] LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
DECLARE
    v_scope jsonb := nullif(current_setting('xinnong.scope', true), '')::jsonb;
BEGIN
    IF v_scope IS NULL OR NOT coalesce(v_scope -> 'kinds' ? 'b', false)
       OR NOT coalesce((v_scope ->> 'books')::boolean, false) THEN
        RETURN '{}';
    END IF;
    IF coalesce(v_scope -> 'institutions' ? '*', false) THEN
        RETURN ARRAY(SELECT id FROM public.accounts_institution);
    END IF;
    RETURN ARRAY(SELECT id FROM public.accounts_institution
                 WHERE code = ANY (scope.institutions()));
END
$$;
"""
TABLES = ("journal", "transfer", "closingbalance", "account", "period", "assertion", "corecode")
OWN = "institution_id = ANY ((SELECT scope.ledgers())::bigint[])"

# As before, with a shorter way for the common case: one journal needs no joins to take its key, and
# where one account with a running balance is moved, the statement that moves it also asks for its
# limit. Whatever does not come out there goes the long way, which finds out what to refuse. See the
# notes on the function in 0002: order of locks, generic plans.
POST = """
CREATE OR REPLACE FUNCTION ledger.post(
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
    v_account bigint;
    v_journal bigint;
    v_done boolean := false;
    v_ending boolean := cardinality(array_remove(p_ending, NULL)) > 0;
    v_debits bigint;
    v_credits bigint;
    v_held_debits bigint;
    v_held_credits bigint;
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
    IF v_count = 1 THEN
        SELECT ARRAY[hash] INTO v_hashes
        FROM ledger.bodies(p_days, p_reasons, p_references, p_reversed, p_places, p_debits,
                           p_credits, p_amounts, p_why, p_states, p_ending);
        INSERT INTO ledger_journal (institution_id, ref, business_on, booked_at, reason, reference,
                                    actor, route, key, body_hash, reverses_id)
        VALUES (p_institution, p_refs[1], p_days[1], p_booked_at, p_reasons[1], p_references[1],
                p_actor, p_route, p_keys[1], v_hashes[1], p_reversed[1])
        ON CONFLICT (institution_id, actor, route, key) DO NOTHING
        RETURNING id INTO v_journal;
        v_ids := ARRAY[v_journal];
        v_fresh := ARRAY[v_journal IS NOT NULL];
    ELSE
        WITH wanted AS (
            SELECT j.*, body.hash
            FROM unnest(p_refs, p_keys, p_days, p_reasons, p_references, p_reversed)
                     WITH ORDINALITY AS j(ref, key, day, reason, reference, reversed, place)
            JOIN ledger.bodies(p_days, p_reasons, p_references, p_reversed, p_places, p_debits,
                               p_credits, p_amounts, p_why, p_states, p_ending) AS body
                ON body.place = j.place
        ), made AS (
            INSERT INTO ledger_journal (institution_id, ref, business_on, booked_at, reason,
                                        reference, actor, route, key, body_hash, reverses_id)
            SELECT p_institution, ref, day, p_booked_at, reason, reference, p_actor, p_route, key,
                   hash, reversed
            FROM wanted ORDER BY key, place
            ON CONFLICT (institution_id, actor, route, key) DO NOTHING
            RETURNING id, ref
        )
        SELECT array_agg(made.id ORDER BY wanted.place),
               array_agg(made.id IS NOT NULL ORDER BY wanted.place),
               array_agg(wanted.hash ORDER BY wanted.place)
        INTO v_ids, v_fresh, v_hashes
        FROM wanted LEFT JOIN made ON made.ref = wanted.ref;
    END IF;
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
    SELECT count(*) = (SELECT count(DISTINCT account)
                       FROM unnest(p_debits || p_credits) AS account),
           count(posted_debits_minor), min(id) FILTER (WHERE posted_debits_minor IS NOT NULL)
    INTO v_plain, v_running, v_account
    FROM ledger_account
    WHERE id = ANY (p_debits || p_credits) AND institution_id = p_institution
      AND closed_at IS NULL;
    IF v_plain THEN
        SELECT bool_and(coalesce(debit <> credit AND amount > 0 AND amount <= 1000000000000000,
                                 false)),
               coalesce(sum(amount) FILTER (WHERE debit = v_account AND state = 'posted'), 0),
               coalesce(sum(amount) FILTER (WHERE credit = v_account AND state = 'posted'), 0),
               coalesce(sum(amount) FILTER (WHERE debit = v_account AND state = 'pending'), 0),
               coalesce(sum(amount) FILTER (WHERE credit = v_account AND state = 'pending'), 0)
        INTO v_plain, v_debits, v_credits, v_held_debits, v_held_credits
        FROM unnest(p_debits, p_credits, p_amounts, p_states) AS t(debit, credit, amount, state);
    END IF;
    IF NOT v_plain THEN
        PERFORM ledger.check_transfers(
            p_institution, p_places, p_debits, p_credits, p_amounts, v_fresh);
    END IF;
    IF v_ending THEN
        PERFORM ledger.check_reservations(
            p_institution, p_places, p_debits, p_credits, p_amounts, p_states, p_ending, v_fresh);
    END IF;

    -- running balances: where there is one, it is moved unless that would break its limit; else
    -- they are locked in order, compared with their limits as they will be, and moved
    IF v_running = 1 AND v_count = 1 AND NOT v_ending THEN
        UPDATE ledger_account SET
            posted_debits_minor = posted_debits_minor + v_debits,
            posted_credits_minor = posted_credits_minor + v_credits,
            pending_debits_minor = pending_debits_minor + v_held_debits,
            pending_credits_minor = pending_credits_minor + v_held_credits
        WHERE id = v_account
          AND NOT ((debits_must_not_exceed_credits OR (no_negative_balance AND normal = 'c'))
                   AND posted_debits_minor + v_debits + pending_debits_minor + v_held_debits
                       > posted_credits_minor + v_credits)
          AND NOT (no_negative_balance AND normal = 'd'
                   AND posted_credits_minor + v_credits + pending_credits_minor + v_held_credits
                       > posted_debits_minor + v_debits);
        v_done := FOUND;
    END IF;
    IF v_running > 0 AND NOT v_done THEN
        SELECT coalesce(bool_or(
                   ((a.debits_must_not_exceed_credits OR (a.no_negative_balance AND a.normal = 'c'))
                    AND a.posted_debits_minor + s.posted_debits + a.pending_debits_minor
                        + s.pending_debits > a.posted_credits_minor + s.posted_credits)
                   OR (a.no_negative_balance AND a.normal = 'd'
                       AND a.posted_credits_minor + s.posted_credits + a.pending_credits_minor
                           + s.pending_credits > a.posted_debits_minor + s.posted_debits)), false),
               coalesce(bool_or(a.no_negative_balance OR a.debits_must_not_exceed_credits), false)
        INTO v_broken, v_limited
        FROM (SELECT * FROM ledger_account
              WHERE id = ANY (p_debits || p_credits) AND posted_debits_minor IS NOT NULL
              ORDER BY id FOR NO KEY UPDATE) AS a
        JOIN ledger.totals(p_places, p_debits, p_credits, p_amounts, p_states, p_ending, v_fresh)
            AS s ON s.account = a.id;
        IF v_broken OR (v_limited AND v_count > 1) THEN
            PERFORM ledger.check_balances(
                p_places, p_debits, p_credits, p_amounts, p_states, p_ending, v_fresh);
        END IF;
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


class Migration(migrations.Migration):
    dependencies = [
        ("ledger", "0004_command_keys"),
        rls.DEPENDENCY,
        ("accounts", "0005_scope_asked_not_unfolded"),
    ]

    operations = [
        migrations.RunSQL(LEDGERS, "DROP FUNCTION scope.ledgers"),
        *[
            operation
            for name in TABLES
            for operation in (
                migrations.RunSQL(f"DROP POLICY own ON ledger_{name}", migrations.RunSQL.noop),
                rls.policy(f"ledger_{name}", "own", "ALL", OWN),
            )
        ],
        migrations.RunSQL(POST, migrations.RunSQL.noop),
    ]
