from django.db import migrations

# The entry of a posting in the audit log, in the posting's own statement: a single posting names its
# journal, a batch its counts and a checksum over keys and bodies of the journals that are new, in
# their order. A plan made once serves every posting; an entry written from outside had its policies
# planned anew each time.
NOTE = """
CREATE FUNCTION ledger.note(
    p_actor uuid, p_booked_at timestamptz, p_refs uuid[], p_keys text[], p_places integer[],
    p_fresh boolean[], p_hashes bytea[], p_entry uuid, p_action text, p_owner_kind text,
    p_code text, p_run bigint, p_is_batch boolean)
RETURNS void LANGUAGE sql AS $$
    INSERT INTO public.audit_entry (ref, at, actor, owner_kind, institution, action, subject,
                                    run_id, counts, checksum)
    SELECT p_entry, p_booked_at, p_actor, p_owner_kind, p_code, p_action,
           CASE WHEN NOT p_is_batch THEN p_refs[1] END, p_run,
           CASE WHEN p_is_batch THEN jsonb_build_object(
               'journals', count(*) FILTER (WHERE fresh),
               'replayed', count(*) FILTER (WHERE NOT fresh),
               'transfers', (SELECT count(*) FROM unnest(p_places) AS place WHERE p_fresh[place]))
           ELSE jsonb_build_object('transfers', cardinality(p_places)) END,
           CASE WHEN p_is_batch THEN encode(sha256(coalesce(
               string_agg(convert_to(key, 'UTF8') || hash, ''::bytea ORDER BY place)
                   FILTER (WHERE fresh), '')), 'hex')
           ELSE '' END
    FROM unnest(p_keys, p_hashes, p_fresh) WITH ORDINALITY AS j(key, hash, fresh, place)
$$;
"""

# As before, but no posting is without its entry, and the scope may come with it, so that the whole
# of a posting is one statement. The usual case is asked about once and written at once. See the notes
# on the function in 0002: order of locks, generic plans.
POST = """
CREATE FUNCTION ledger.post(
    p_institution bigint, p_actor uuid, p_booked_at timestamptz, p_route text,
    p_refs uuid[], p_keys text[], p_days date[], p_reasons text[], p_references text[],
    p_reversed bigint[],
    p_places integer[], p_debits bigint[], p_credits bigint[], p_amounts bigint[], p_why text[],
    p_states text[], p_ending bigint[],
    p_entry uuid, p_action text, p_owner_kind text, p_code text, p_run bigint, p_is_batch boolean,
    p_scope text DEFAULT NULL)
RETURNS TABLE (journal_id bigint, journal_ref uuid, replayed boolean) LANGUAGE plpgsql
SET plan_cache_mode = force_generic_plan AS $$
DECLARE
    v_count integer := cardinality(p_keys);
    v_moves integer := cardinality(p_places);
    v_hash bytea;
    v_hashes bytea[];
    v_open boolean;
    v_tried boolean := false;
    v_ids bigint[];
    v_refs uuid[] := p_refs;
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
    IF p_scope IS NOT NULL THEN
        PERFORM set_config('xinnong.scope', p_scope, true);
    END IF;
    IF NOT (v_count = ALL (ARRAY[cardinality(p_refs), cardinality(p_days), cardinality(p_reasons),
                                 cardinality(p_references), cardinality(p_reversed)])
            AND v_moves = ALL (ARRAY[cardinality(p_debits), cardinality(p_credits),
                                     cardinality(p_amounts), cardinality(p_why),
                                     cardinality(p_states), cardinality(p_ending)])) THEN
        RAISE EXCEPTION 'ledger.post: arrays of different lengths' USING ERRCODE = '22023';
    END IF;
    PERFORM pg_advisory_xact_lock_shared(7466252, p_institution::integer);

    -- the usual case, one journal that moves one account with a running balance: what must be known
    -- is asked once, then key, balance, transfers and entry are one statement. Whatever does not come
    -- out goes on below, where it is found out what to refuse or to replay
    IF v_count = 1 AND v_moves > 0 AND NOT v_ending AND p_reversed[1] IS NULL THEN
        v_hash := CASE WHEN v_moves = 1 THEN
            sha256(convert_to(
                ROW(p_days[1], p_reasons[1], p_references[1], p_reversed[1])::text
                || ROW(p_debits[1], p_credits[1], p_amounts[1], p_why[1], p_states[1],
                       p_ending[1])::text, 'UTF8'))
            ELSE (SELECT hash FROM ledger.bodies(
                p_days, p_reasons, p_references, p_reversed, p_places, p_debits, p_credits,
                p_amounts, p_why, p_states, p_ending)) END;
        SELECT count(*) = (SELECT count(DISTINCT account)
                           FROM unnest(p_debits || p_credits) AS account),
               count(posted_debits_minor), min(id) FILTER (WHERE posted_debits_minor IS NOT NULL),
               p_days[1] > coalesce((SELECT max(last_on) FROM ledger_period
                                     WHERE institution_id = p_institution
                                       AND closed_at IS NOT NULL), '-infinity')
        INTO v_plain, v_running, v_account, v_open
        FROM ledger_account
        WHERE id = ANY (p_debits || p_credits) AND institution_id = p_institution
          AND closed_at IS NULL;
        IF v_plain AND v_open AND v_running = 1 THEN
            SELECT bool_and(coalesce(debit <> credit AND amount > 0 AND amount <= 1000000000000000
                                     AND place = 1, false)),
                   coalesce(sum(amount) FILTER (WHERE debit = v_account AND state = 'posted'), 0),
                   coalesce(sum(amount) FILTER (WHERE credit = v_account AND state = 'posted'), 0),
                   coalesce(sum(amount) FILTER (WHERE debit = v_account AND state = 'pending'), 0),
                   coalesce(sum(amount) FILTER (WHERE credit = v_account AND state = 'pending'), 0)
            INTO v_plain, v_debits, v_credits, v_held_debits, v_held_credits
            FROM unnest(p_places, p_debits, p_credits, p_amounts, p_states)
                AS t(place, debit, credit, amount, state);
            IF v_plain THEN
                WITH made AS (
                    INSERT INTO ledger_journal (institution_id, ref, business_on, booked_at, reason,
                                                reference, actor, route, key, body_hash)
                    VALUES (p_institution, p_refs[1], p_days[1], p_booked_at, p_reasons[1],
                            p_references[1], p_actor, p_route, p_keys[1], v_hash)
                    ON CONFLICT (institution_id, actor, route, key) DO NOTHING
                    RETURNING id
                ), moved AS (
                    UPDATE ledger_account AS a SET
                        posted_debits_minor = posted_debits_minor + v_debits,
                        posted_credits_minor = posted_credits_minor + v_credits,
                        pending_debits_minor = pending_debits_minor + v_held_debits,
                        pending_credits_minor = pending_credits_minor + v_held_credits
                    WHERE a.id = v_account AND a.closed_at IS NULL AND EXISTS (SELECT FROM made)
                      AND NOT ((debits_must_not_exceed_credits
                                OR (no_negative_balance AND normal = 'c'))
                               AND posted_debits_minor + v_debits
                                   + pending_debits_minor + v_held_debits
                                   > posted_credits_minor + v_credits)
                      AND NOT (no_negative_balance AND normal = 'd'
                               AND posted_credits_minor + v_credits
                                   + pending_credits_minor + v_held_credits
                                   > posted_debits_minor + v_debits)
                    RETURNING 1
                ), noted AS (
                    INSERT INTO public.audit_entry (ref, at, actor, owner_kind, institution, action,
                                                    subject, run_id, counts, checksum)
                    SELECT p_entry, p_booked_at, p_actor, p_owner_kind, p_code, p_action,
                           CASE WHEN NOT p_is_batch THEN p_refs[1] END, p_run,
                           CASE WHEN p_is_batch THEN jsonb_build_object(
                               'journals', 1, 'replayed', 0, 'transfers', v_moves)
                           ELSE jsonb_build_object('transfers', v_moves) END,
                           CASE WHEN p_is_batch
                                THEN encode(sha256(convert_to(p_keys[1], 'UTF8') || v_hash), 'hex')
                                ELSE '' END
                    FROM moved
                ), put AS (
                    INSERT INTO ledger_transfer (institution_id, journal_id, business_on, debit_id,
                                                 credit_id, amount_minor, reason, state)
                    SELECT p_institution, made.id, p_days[1], t.debit, t.credit, t.amount, t.why,
                           t.state
                    FROM moved CROSS JOIN made
                    CROSS JOIN unnest(p_debits, p_credits, p_amounts, p_why, p_states)
                        WITH ORDINALITY AS t(debit, credit, amount, why, state, ord)
                    ORDER BY t.ord
                )
                SELECT (SELECT id FROM made), EXISTS (SELECT FROM moved) INTO v_journal, v_done;
                IF v_done THEN
                    RETURN QUERY SELECT v_journal, p_refs[1], false;
                    RETURN;
                END IF;
                v_tried := true;
            END IF;
        END IF;
    END IF;

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
        IF NOT v_tried THEN
            INSERT INTO ledger_journal (institution_id, ref, business_on, booked_at, reason, reference,
                                        actor, route, key, body_hash, reverses_id)
            VALUES (p_institution, p_refs[1], p_days[1], p_booked_at, p_reasons[1], p_references[1],
                    p_actor, p_route, p_keys[1], v_hashes[1], p_reversed[1])
            ON CONFLICT (institution_id, actor, route, key) DO NOTHING
            RETURNING id INTO v_journal;
        END IF;
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
        SELECT array_agg(j.id ORDER BY w.place), array_agg(j.ref ORDER BY w.place),
               min(w.place) FILTER (WHERE j.body_hash <> w.hash)
        INTO v_ids, v_refs, v_place
        FROM unnest(p_keys, v_hashes) WITH ORDINALITY AS w(key, hash, place)
        JOIN ledger_journal AS j ON j.institution_id = p_institution AND j.actor = p_actor
                                 AND j.route = p_route AND j.key = w.key;
        IF v_place IS NOT NULL THEN
            PERFORM ledger.refuse('ledger.key_reused', v_place, 0, '{}');
        END IF;
        IF NOT true = ANY (v_fresh) THEN
            IF p_is_batch THEN
                PERFORM ledger.note(
                    p_actor, p_booked_at, p_refs, p_keys, p_places, v_fresh, v_hashes, p_entry,
                    p_action, p_owner_kind, p_code, p_run, p_is_batch);
            END IF;
            RETURN QUERY SELECT j.id, j.ref, true FROM unnest(v_ids, v_refs) AS j(id, ref);
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
                       FROM unnest(p_debits || p_credits) AS account), count(posted_debits_minor)
    INTO v_plain, v_running
    FROM ledger_account
    WHERE id = ANY (p_debits || p_credits) AND institution_id = p_institution
      AND closed_at IS NULL;
    IF v_plain THEN
        SELECT bool_and(coalesce(debit <> credit AND amount > 0 AND amount <= 1000000000000000,
                                 false))
        INTO v_plain FROM unnest(p_debits, p_credits, p_amounts) AS t(debit, credit, amount);
    END IF;
    IF NOT v_plain THEN
        PERFORM ledger.check_transfers(
            p_institution, p_places, p_debits, p_credits, p_amounts, v_fresh);
    END IF;
    IF v_ending THEN
        PERFORM ledger.check_reservations(
            p_institution, p_places, p_debits, p_credits, p_amounts, p_states, p_ending, v_fresh);
    END IF;

    -- running balances: locked in order, compared with their limits as they will be, and moved
    IF v_running > 0 THEN
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
    PERFORM ledger.note(p_actor, p_booked_at, p_refs, p_keys, p_places, v_fresh, v_hashes, p_entry,
                        p_action, p_owner_kind, p_code, p_run, p_is_batch);
    RETURN QUERY SELECT j.id, j.ref, NOT j.fresh
    FROM unnest(v_ids, v_refs, v_fresh) AS j(id, ref, fresh);
END
$$;
"""

# For a posting within a transaction that goes on when it is refused: the refusal is an answer.
WITHIN = """
CREATE FUNCTION ledger.post_within(
    p_institution bigint, p_actor uuid, p_booked_at timestamptz, p_route text,
    p_refs uuid[], p_keys text[], p_days date[], p_reasons text[], p_references text[],
    p_reversed bigint[],
    p_places integer[], p_debits bigint[], p_credits bigint[], p_amounts bigint[], p_why text[],
    p_states text[], p_ending bigint[],
    p_entry uuid, p_action text, p_owner_kind text, p_code text, p_run bigint, p_is_batch boolean)
RETURNS TABLE (journal_id bigint, journal_ref uuid, replayed boolean, refused text, place text)
LANGUAGE plpgsql AS $$
DECLARE
    v_code text;
    v_place text;
BEGIN
    RETURN QUERY SELECT p.journal_id, p.journal_ref, p.replayed, NULL::text, NULL::text FROM ledger.post(
        p_institution, p_actor, p_booked_at, p_route, p_refs, p_keys, p_days, p_reasons,
        p_references, p_reversed, p_places, p_debits, p_credits, p_amounts, p_why, p_states,
        p_ending, p_entry, p_action, p_owner_kind, p_code, p_run, p_is_batch) AS p;
EXCEPTION
    WHEN SQLSTATE 'XL001' THEN
        GET STACKED DIAGNOSTICS v_code = MESSAGE_TEXT, v_place = PG_EXCEPTION_DETAIL;
        RETURN QUERY SELECT NULL::bigint, NULL::uuid, false, v_code, v_place;
    WHEN unique_violation THEN
        GET STACKED DIAGNOSTICS v_code = CONSTRAINT_NAME;
        IF v_code <> 'journal_reversed_once' THEN
            RAISE;
        END IF;
        RETURN QUERY SELECT NULL::bigint, NULL::uuid, false, 'ledger.already_reversed',
                            '{"journal": 1, "transfer": 0}';
END
$$;
"""
DROP_FORMER = """
DROP FUNCTION ledger.post(
    bigint, uuid, timestamptz, text, uuid[], text[], date[], text[], text[], bigint[], integer[],
    bigint[], bigint[], bigint[], text[], text[], bigint[])
"""


class Migration(migrations.Migration):
    dependencies = [
        ("ledger", "0006_resum"),
        ("audit", "0003_oversight_of_the_installation"),
    ]

    operations = [
        migrations.RunSQL(sql, migrations.RunSQL.noop) for sql in (DROP_FORMER, NOTE, POST, WITHIN)
    ]
