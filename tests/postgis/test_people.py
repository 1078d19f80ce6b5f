def test_smoke(connection, people, seeded_database):
    print(people, seeded_database)
