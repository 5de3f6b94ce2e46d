-- One row per stop: a station has one for each of its platforms.
CREATE TABLE stations (
  stop_id                  integer PRIMARY KEY,
  direction_id             text    NOT NULL,
  stop_name                text    NOT NULL,
  station_name             text    NOT NULL,
  station_descriptive_name text    NOT NULL,
  station_id               integer NOT NULL,
  "order"                  integer NOT NULL,
  red                      boolean NOT NULL,
  blue                     boolean NOT NULL,
  green                    boolean NOT NULL
);

-- An update or delete carries the whole old row, so that a stop that moves to another station can leave the old one.
ALTER TABLE stations REPLICA IDENTITY FULL;

-- Debezium's default name: logical replication of this table and no other.
CREATE PUBLICATION dbz_publication FOR TABLE stations;
