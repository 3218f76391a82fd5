-- a database of the first edition, after two items were made, one of them deleted, and a third made
BEGIN TRANSACTION;
CREATE TABLE items (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	name TEXT NOT NULL, 
	description TEXT, 
	price REAL NOT NULL, 
	quantity INTEGER NOT NULL
)
 STRICT

;
INSERT INTO "items" VALUES(1,'Lamp','A warm light',19.9,3);
INSERT INTO "items" VALUES(3,'Chair',NULL,45.0,0);
DELETE FROM "sqlite_sequence";
INSERT INTO "sqlite_sequence" VALUES('items',3);
COMMIT;
PRAGMA user_version = 1;
