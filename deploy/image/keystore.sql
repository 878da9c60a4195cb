-- The keystore is a database of its own: a backup of the names (pg_dump baoxue) holds no key that opens them.
CREATE DATABASE baoxue_keys;
