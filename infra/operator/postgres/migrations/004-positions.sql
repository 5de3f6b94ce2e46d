-- A position carries the identity of what it is a position in. A topic that is deleted and made again under its name has
-- another id, and a row of its own that begins at 0; '' is a topic whose brokers know no ids, or one from before this step.
ALTER TABLE av_telemetry.positions ADD COLUMN topic_id text NOT NULL DEFAULT '';
ALTER TABLE av_telemetry.positions
  DROP CONSTRAINT positions_pkey,
  ADD PRIMARY KEY (cluster, topic, partition, topic_id);

-- Offsets that had no record any more when they were reached: next_offset = inserted + duplicates + dead_letters + skipped.
ALTER TABLE av_telemetry.positions
  ADD COLUMN skipped    bigint      NOT NULL DEFAULT 0,
  ADD COLUMN updated_at timestamptz NOT NULL DEFAULT now();
UPDATE av_telemetry.positions SET skipped = next_offset - inserted - duplicates - dead_letters;
