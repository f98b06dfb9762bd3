from django.db import migrations

# The publisher owns no table and may not analyse any. Without statistics of what it has just
# written, a search by surname and grade took seconds until autovacuum came by, within a minute.
GATHER = """
CREATE FUNCTION gather_statistics() RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    ANALYZE registry_person, registry_household, registry_membership, registry_identity,
            profiles_profile, scoring_score, credit_line;
END
$$;
REVOKE ALL ON FUNCTION gather_statistics() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION gather_statistics() TO xinnong_batch;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("insight", "0001_initial"),
        ("credit", "0002_custody_stands_with_the_line"),
        ("profiles", "0002_a_family_sees_the_medians_of_its_place"),
        ("registry", "0002_pending_links_are_personal"),
        ("scoring", "0001_initial"),
    ]

    operations = [migrations.RunSQL(GATHER, "DROP FUNCTION gather_statistics()")]
