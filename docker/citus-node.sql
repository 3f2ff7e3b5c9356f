-- Run once, by the image, on an empty volume of each node: the same as postgres-init.sql, and the extension.
\getenv password DATABASE_PASSWORD
CREATE ROLE doorlist LOGIN NOSUPERUSER CREATEROLE PASSWORD :'password';
CREATE DATABASE doorlist OWNER doorlist;
REVOKE CONNECT ON DATABASE doorlist FROM PUBLIC;
\connect doorlist
CREATE EXTENSION citus;
