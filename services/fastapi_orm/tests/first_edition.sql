PRAGMA user_version = 1;
PRAGMA journal_mode = WAL;
BEGIN TRANSACTION;
CREATE TABLE items (
	name TEXT NOT NULL, 
	description TEXT, 
	price REAL NOT NULL, 
	quantity INTEGER NOT NULL, 
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT
)
 STRICT

;
INSERT INTO "items" VALUES('Lamp','A warm light',19.9,3,1);
INSERT INTO "items" VALUES('Naïve 灯',NULL,0.0,0,2);
DELETE FROM "sqlite_sequence";
INSERT INTO "sqlite_sequence" VALUES('items',3);
COMMIT;
