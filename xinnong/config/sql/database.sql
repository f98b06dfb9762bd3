-- Once per database, by its owner, before the migrations; `xinnong migrate` runs it. Safe to repeat.
CREATE EXTENSION IF NOT EXISTS btree_gist;
CREATE EXTENSION IF NOT EXISTS pg_trgm;
CREATE EXTENSION IF NOT EXISTS ltree;
REVOKE CREATE ON SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA public TO xinnong_app, xinnong_batch;
-- The application works on every table under row-level security; the publisher gets its result
-- tables one by one, in the migrations of the apps that own them.
ALTER DEFAULT PRIVILEGES FOR ROLE xinnong_owner IN SCHEMA public
    GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO xinnong_app;
ALTER DEFAULT PRIVILEGES FOR ROLE xinnong_owner IN SCHEMA public
    GRANT USAGE, SELECT ON SEQUENCES TO xinnong_app, xinnong_batch;
