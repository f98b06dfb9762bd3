from django.db import migrations

from xinnong.accounts import rls

# The posting function acts as the owner of the tables, who sees no row of them but those of the one
# institution that a posting runs for. Written as a test, not as an equality: without statistics of
# its tables the server took an equality for a short way to an account and read all of them.
POSTED = "(institution_id = nullif(current_setting('xinnong.posting', true), '')::bigint) IS TRUE"
NOTED = "nullif(current_setting('xinnong.posting', true), '') IS NOT NULL"
OWNER = "CURRENT_USER"
POLICIES = [
    *[
        rls.policy(f"ledger_{name}", "posting", "ALL", POSTED, role=OWNER)
        for name in ("journal", "transfer", "account")
    ],
    rls.policy("ledger_period", "posting", "SELECT", POSTED, role=OWNER),
    rls.policy("audit_entry", "posting", "INSERT", NOTED, role=OWNER),
]

# Whether the scope opens ledgers at all, as `scope.ledgers` asked it in 0008: none to a scope without
# books, to another kind of operator, to a borrower, or where there is no scope.
OPENS = """
CREATE FUNCTION scope.opens_ledgers() RETURNS boolean LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
DECLARE
    v_scope jsonb := nullif(current_setting('xinnong.scope', true), '')::jsonb;
BEGIN
    RETURN coalesce(v_scope -> 'kinds' ? 'b' AND (v_scope ->> 'books')::boolean, false)
        AND (v_scope ->> 'subject' IS NULL OR coalesce((v_scope ->> 'staff')::boolean, false));
END
$$;
"""
LEDGERS = """
CREATE OR REPLACE FUNCTION scope.ledgers() RETURNS bigint[] LANGUAGE plpgsql STABLE PARALLEL SAFE
AS $$
BEGIN
    IF NOT scope.opens_ledgers() THEN
        RETURN '{}';
    ELSIF scope.is_system() THEN
        RETURN ARRAY(SELECT id FROM public.accounts_institution);
    END IF;
    RETURN ARRAY(SELECT id FROM public.accounts_institution
                 WHERE code = ANY (scope.institutions()));
END
$$;
"""

# What the policies ask of whoever posts, asked once a call: the books of the institution are open,
# and the entry is in the own name and for that institution.
MAY_POST = """
CREATE FUNCTION ledger.may_post(
    p_institution bigint, p_actor uuid, p_code text, p_owner_kind text)
RETURNS boolean LANGUAGE plpgsql STABLE AS $$
BEGIN
    IF (p_actor = scope.actor() AND scope.opens_ledgers()) IS NOT TRUE THEN
        RETURN false;
    ELSIF scope.is_system() THEN
        RETURN true;
    END IF;
    RETURN EXISTS (
        SELECT FROM public.accounts_institution AS i
        JOIN public.accounts_operator AS o ON o.id = i.operator_id
        WHERE i.id = p_institution AND i.code = p_code AND i.code = ANY (scope.institutions())
          AND o.kind = p_owner_kind);
END
$$;
"""

GIVEN = """
    p_institution bigint, p_actor uuid, p_booked_at timestamptz, p_route text,
    p_refs uuid[], p_keys text[], p_days date[], p_reasons text[], p_references text[],
    p_reversed bigint[],
    p_places integer[], p_debits bigint[], p_credits bigint[], p_amounts bigint[], p_why text[],
    p_states text[], p_ending bigint[],
    p_entry uuid, p_action text, p_owner_kind text, p_code text, p_run bigint, p_is_batch boolean"""
PASSED = """
            p_institution, p_actor, p_booked_at, p_route, p_refs, p_keys, p_days, p_reasons,
            p_references, p_reversed, p_places, p_debits, p_credits, p_amounts, p_why, p_states,
            p_ending, p_entry, p_action, p_owner_kind, p_code, p_run, p_is_batch"""
TYPES = (
    "bigint, uuid, timestamptz, text, uuid[], text[], date[], text[], text[], bigint[], integer[],"
    " bigint[], bigint[], bigint[], text[], text[], bigint[], uuid, text, text, text, bigint, boolean"
)

# The usual case, one journal of a few transfers that moves at most one account with a running
# balance, is asked about by one statement and judged without any: a statement costs more to begin
# than to run. Whatever does not come out goes the long way, which finds out what to refuse or to
# replay. See the notes on the function in 0002: order of locks, generic plans.
POST = f"""
CREATE OR REPLACE FUNCTION ledger.post({GIVEN},
    p_scope text DEFAULT NULL)
RETURNS TABLE (journal_id bigint, journal_ref uuid, replayed boolean) LANGUAGE plpgsql
SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
SET plan_cache_mode = force_generic_plan AS $$
DECLARE
    v_moves integer := cardinality(p_places);
    v_done text;
    v_known bigint[];
    v_closed date;
    v_plain boolean;
    v_body text := '';
    v_hash bytea;
    v_account bigint;
    v_debits bigint := 0;
    v_credits bigint := 0;
    v_held_debits bigint := 0;
    v_held_credits bigint := 0;
    v_journal bigint;
    v_tried boolean := false;
BEGIN
    IF p_scope IS NOT NULL THEN
        v_done := set_config('xinnong.scope', p_scope, true);
    END IF;
    IF NOT ledger.may_post(p_institution, p_actor, p_code, p_owner_kind) THEN
        RAISE EXCEPTION 'new row violates row-level security policy for table "ledger_journal"'
            USING ERRCODE = '42501';
    END IF;
    v_done := set_config('xinnong.posting', p_institution::text, true);
    v_done := pg_advisory_xact_lock_shared(7466252, p_institution::integer)::text;

    IF v_moves BETWEEN 1 AND 16 AND NOT p_is_batch
       AND v_moves = ALL (ARRAY[cardinality(p_debits), cardinality(p_credits),
                                cardinality(p_amounts), cardinality(p_why), cardinality(p_states),
                                cardinality(p_ending)])
       AND 1 = ALL (ARRAY[cardinality(p_keys), cardinality(p_refs), cardinality(p_days),
                          cardinality(p_reasons), cardinality(p_references),
                          cardinality(p_reversed)])
       AND p_reversed[1] IS NULL THEN
        -- the open accounts among them; with its sign turned, one that has a running balance
        SELECT ARRAY(SELECT CASE WHEN posted_debits_minor IS NULL THEN id ELSE -id END
                     FROM ledger_account
                     WHERE id = ANY (p_debits || p_credits) AND closed_at IS NULL
                       AND (institution_id = p_institution) IS TRUE),
               (SELECT max(last_on) FROM ledger_period
                WHERE institution_id = p_institution AND closed_at IS NOT NULL)
        INTO v_known, v_closed;
        v_plain := p_days[1] > coalesce(v_closed, '-infinity');
        FOR i IN 1 .. v_moves LOOP
            v_plain := v_plain AND p_places[i] = 1 AND p_ending[i] IS NULL
                AND p_states[i] IN ('posted', 'pending') AND p_debits[i] <> p_credits[i]
                AND p_amounts[i] BETWEEN 1 AND 1000000000000000;
            EXIT WHEN v_plain IS NOT TRUE;
            IF -p_debits[i] = ANY (v_known) THEN
                v_plain := p_debits[i] = coalesce(v_account, p_debits[i]);
                v_account := p_debits[i];
                IF p_states[i] = 'posted' THEN
                    v_debits := v_debits + p_amounts[i];
                ELSE
                    v_held_debits := v_held_debits + p_amounts[i];
                END IF;
            ELSE
                v_plain := p_debits[i] = ANY (v_known);
            END IF;
            IF -p_credits[i] = ANY (v_known) THEN
                v_plain := v_plain AND p_credits[i] = coalesce(v_account, p_credits[i]);
                v_account := p_credits[i];
                IF p_states[i] = 'posted' THEN
                    v_credits := v_credits + p_amounts[i];
                ELSE
                    v_held_credits := v_held_credits + p_amounts[i];
                END IF;
            ELSE
                v_plain := v_plain AND p_credits[i] = ANY (v_known);
            END IF;
            v_body := v_body || ROW(p_debits[i], p_credits[i], p_amounts[i], p_why[i], p_states[i],
                                    p_ending[i])::text;
        END LOOP;
        IF v_plain THEN
            v_tried := true;
            v_hash := sha256(convert_to(
                ROW(p_days[1], p_reasons[1], p_references[1], p_reversed[1])::text || v_body,
                'UTF8'));
            INSERT INTO ledger_journal (institution_id, ref, business_on, booked_at, reason,
                                        reference, actor, route, key, body_hash)
            VALUES (p_institution, p_refs[1], p_days[1], p_booked_at, p_reasons[1],
                    p_references[1], p_actor, p_route, p_keys[1], v_hash)
            ON CONFLICT (institution_id, actor, route, key) DO NOTHING
            RETURNING id INTO v_journal;
            IF v_journal IS NOT NULL AND v_account IS NOT NULL THEN
                UPDATE ledger_account SET
                    posted_debits_minor = posted_debits_minor + v_debits,
                    posted_credits_minor = posted_credits_minor + v_credits,
                    pending_debits_minor = pending_debits_minor + v_held_debits,
                    pending_credits_minor = pending_credits_minor + v_held_credits
                WHERE id = v_account
                  AND NOT ((debits_must_not_exceed_credits OR (no_negative_balance AND normal = 'c'))
                           AND posted_debits_minor + v_debits
                               + pending_debits_minor + v_held_debits
                               > posted_credits_minor + v_credits)
                  AND NOT (no_negative_balance AND normal = 'd'
                           AND posted_credits_minor + v_credits
                               + pending_credits_minor + v_held_credits
                               > posted_debits_minor + v_debits);
                v_plain := FOUND;
            END IF;
            IF v_journal IS NOT NULL AND v_plain THEN
                IF v_moves = 1 THEN
                    INSERT INTO ledger_transfer (institution_id, journal_id, business_on, debit_id,
                                                 credit_id, amount_minor, reason, state)
                    VALUES (p_institution, v_journal, p_days[1], p_debits[1], p_credits[1],
                            p_amounts[1], p_why[1], p_states[1]);
                ELSE
                    INSERT INTO ledger_transfer (institution_id, journal_id, business_on, debit_id,
                                                 credit_id, amount_minor, reason, state)
                    SELECT p_institution, v_journal, p_days[1], debit, credit, amount, why, state
                    FROM unnest(p_debits, p_credits, p_amounts, p_why, p_states)
                        WITH ORDINALITY AS t(debit, credit, amount, why, state, ord)
                    ORDER BY ord;
                END IF;
                INSERT INTO audit_entry (ref, at, actor, owner_kind, institution, action, subject,
                                         run_id, counts, checksum)
                VALUES (p_entry, p_booked_at, p_actor, p_owner_kind, p_code, p_action, p_refs[1],
                        p_run, jsonb_build_object('transfers', v_moves), '');
                journal_id := v_journal;
                journal_ref := p_refs[1];
                replayed := false;
                RETURN NEXT;
                RETURN;
            END IF;
        END IF;
    END IF;
    RETURN QUERY SELECT * FROM ledger.post_the_long_way({PASSED}, v_tried, v_journal);
END
$$;
"""

# Whatever is not usual, as before: many journals, reservations that end, reversals, several accounts
# with running balances, replays, refusals. `p_tried`: the key was taken by the short way, for
# `p_journal`, or was found taken where that is NULL.
LONG_WAY = f"""
CREATE FUNCTION ledger.post_the_long_way({GIVEN},
    p_tried boolean, p_journal bigint)
RETURNS TABLE (journal_id bigint, journal_ref uuid, replayed boolean) LANGUAGE plpgsql AS $$
DECLARE
    v_count integer := cardinality(p_keys);
    v_moves integer := cardinality(p_places);
    v_hashes bytea[];
    v_ids bigint[];
    v_refs uuid[] := p_refs;
    v_fresh boolean[];
    v_closed date;
    v_plain boolean;
    v_running integer;
    v_journal bigint := p_journal;
    v_ending boolean := cardinality(array_remove(p_ending, NULL)) > 0;
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
    IF v_count > 1 OR v_moves = 0 THEN
        SELECT min(place) INTO v_place
        FROM (SELECT place FROM generate_series(1, v_count) AS place
              EXCEPT SELECT place FROM unnest(p_places) AS place) AS empty;
        IF v_place IS NOT NULL THEN
            PERFORM ledger.refuse('ledger.no_transfers', v_place, 0, '{{}}');
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
        IF NOT p_tried THEN
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
            PERFORM ledger.refuse('ledger.key_reused', v_place, 0, '{{}}');
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
    WHERE id = ANY (p_debits || p_credits) AND closed_at IS NULL
      AND (institution_id = p_institution) IS TRUE;
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
RIGHTS = f"""
REVOKE ALL ON FUNCTION ledger.post({TYPES}, text),
    ledger.post_the_long_way({TYPES}, boolean, bigint) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION ledger.post({TYPES}, text) TO xinnong_app;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("ledger", "0008_borrowers_open_no_ledger"),
        ("audit", "0003_oversight_of_the_installation"),
        rls.DEPENDENCY,
    ]

    operations = [
        *POLICIES,
        *[
            migrations.RunSQL(sql, migrations.RunSQL.noop)
            for sql in (OPENS, LEDGERS, MAY_POST, LONG_WAY, POST, RIGHTS)
        ],
    ]
