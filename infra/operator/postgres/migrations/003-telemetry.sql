CREATE SCHEMA av_telemetry;

-- One row per reading of a vehicle, however often it was sent.
CREATE TABLE av_telemetry.diag (
  vehicle_id  text             NOT NULL,
  boot        bigint           NOT NULL,
  sequence    bigint           NOT NULL,
  time        timestamptz      NOT NULL,
  lat         double precision NOT NULL,
  lon         double precision NOT NULL,
  speed       double precision NOT NULL,
  heading     double precision NOT NULL,
  battery     double precision NOT NULL,
  metadata    jsonb            NOT NULL,
  received_at timestamptz      NOT NULL,
  PRIMARY KEY (vehicle_id, boot, sequence)
);

-- Where each partition is to be read on, written in the transaction of the rows that it covers: they cannot disagree.
-- A position belongs to a cluster: another one's offsets mean other records.
CREATE TABLE av_telemetry.positions (
  cluster      text    NOT NULL,
  topic        text    NOT NULL,
  partition    integer NOT NULL,
  next_offset  bigint  NOT NULL,
  inserted     bigint  NOT NULL DEFAULT 0,
  duplicates   bigint  NOT NULL DEFAULT 0,
  dead_letters bigint  NOT NULL DEFAULT 0,
  PRIMARY KEY (cluster, topic, partition)
);
