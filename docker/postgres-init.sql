-- Run once, by the PostgreSQL image, on an empty volume: a database for the service and the role that owns it. No superuser:
-- the service must not be able to leave row-level security behind. CREATEROLE, for its migrations make the two roles that
-- requests run as.
\getenv password DATABASE_PASSWORD
CREATE ROLE doorlist LOGIN NOSUPERUSER CREATEROLE PASSWORD :'password';
CREATE DATABASE doorlist OWNER doorlist;
REVOKE CONNECT ON DATABASE doorlist FROM PUBLIC;
