BEGIN IMMEDIATE;

-- AUTOINCREMENT: an id that was given once is never given again.
CREATE TABLE items (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL,
    description TEXT,
    price REAL NOT NULL,
    quantity INTEGER NOT NULL
) STRICT;

PRAGMA user_version = 1;

COMMIT;
