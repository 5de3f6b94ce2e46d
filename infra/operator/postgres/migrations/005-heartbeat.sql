-- A connector's sign of life, a row per replication slot. Debezium writes it at intervals and sees its own change: so its
-- slot advances although only other tables are written, and PostgreSQL need not keep their log for it.
CREATE TABLE connect_heartbeat (
  slot text        PRIMARY KEY,
  at   timestamptz NOT NULL DEFAULT now()
);

ALTER PUBLICATION dbz_publication ADD TABLE connect_heartbeat;
