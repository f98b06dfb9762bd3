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
    END LOOP;
END
$$;
-- An administrator who is not a superuser needs this to create the database for its owner.
GRANT xinnong_owner TO CURRENT_USER;
