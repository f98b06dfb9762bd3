-- Once per server, by an administrator. Safe to repeat.
-- On a real server add passwords or another way of signing in, then: CREATE DATABASE xinnong OWNER xinnong_owner …
DO $$
DECLARE
    wanted text;
BEGIN
    FOREACH wanted IN ARRAY ARRAY['xinnong_owner', 'xinnong_app', 'xinnong_batch'] LOOP
        IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = wanted) THEN
            EXECUTE format('CREATE ROLE %I LOGIN', wanted);
        END IF;
        EXECUTE format('ALTER ROLE %I LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEROLE NOREPLICATION', wanted);
        -- Sessions of one role may read each other's statements, with the names searched for, in
        -- pg_stat_activity. Only a superuser may switch that off; others set it for the server.
        BEGIN
            EXECUTE format('ALTER ROLE %I SET track_activities = off', wanted);
        EXCEPTION WHEN insufficient_privilege THEN
            RAISE WARNING 'set track_activities = off for role %: its sessions see each other''s statements', wanted;
        END;
    END LOOP;
END
$$;
-- An administrator who is not a superuser needs this to create the database for its owner.
GRANT xinnong_owner TO CURRENT_USER;
