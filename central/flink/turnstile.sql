-- Entries per station, counted by Apache Flink: `npm run flink -- apply` runs this file, with a text for each ${name}.
-- The same sums as central/ksql/turnstile.ksql, in the same topic, with the same keys and values.

SET 'pipeline.name' = '${job}';
SET 'execution.runtime-mode' = 'streaming';
-- The sink commits once per checkpoint: what readers see is this old at most.
SET 'execution.checkpointing.interval' = '1 s';
SET 'execution.checkpointing.mode' = 'EXACTLY_ONCE';
-- The last checkpoint outlives the job.
SET 'execution.checkpointing.externalized-checkpoint-retention' = 'RETAIN_ON_CANCELLATION';
-- A station's entries within this time make one row.
SET 'table.exec.mini-batch.enabled' = 'true';
SET 'table.exec.mini-batch.allow-latency' = '100 ms';
SET 'table.exec.mini-batch.size' = '1000';

-- One row is one entry. The topic's key is not read: counts go by the column station_id of the value.
CREATE TEMPORARY TABLE TURNSTILE (
  station_id INT NOT NULL,
  station_name STRING NOT NULL,
  line STRING NOT NULL,
  entry_partition INT NOT NULL METADATA FROM 'partition' VIRTUAL,
  entry_offset BIGINT NOT NULL METADATA FROM 'offset' VIRTUAL,
  written_at TIMESTAMP_LTZ(3) NOT NULL METADATA FROM 'timestamp' VIRTUAL
) WITH (
  'connector' = 'kafka',
  'topic' = '${turnstiles}',
  'properties.bootstrap.servers' = '${brokers}',
  'properties.group.id' = '${group}',
  'properties.isolation.level' = 'read_committed',
  'scan.startup.mode' = 'earliest-offset',
  ${kafka_login}
  'value.format' = 'avro-confluent',
  'value.avro-confluent.url' = '${registry}',
  ${registry_login}
  'value.avro-confluent.schema' = '${turnstile_schema}'
);

-- Absolute counts, so that reading one twice does no harm.
CREATE TEMPORARY TABLE TURNSTILE_SUMMARY (
  station BYTES NOT NULL,
  `COUNT` BIGINT,
  written_at TIMESTAMP_LTZ(3) METADATA FROM 'timestamp',
  headers MAP<STRING NOT NULL, BYTES> METADATA,
  PRIMARY KEY (station) NOT ENFORCED
) WITH (
  'connector' = 'upsert-kafka',
  'topic' = '${summary}',
  'properties.bootstrap.servers' = '${brokers}',
  'sink.delivery-guarantee' = 'exactly-once',
  'sink.transactional-id-prefix' = '${group}',
  -- A fixed set of ids: by default Flink takes a new one for each checkpoint, and Kafka remembers each for a week.
  'sink.transaction-naming-strategy' = 'POOLING',
  -- Kafka's own limit is 15 minutes.
  'properties.transaction.timeout.ms' = '600000',
  ${kafka_login}
  'key.format' = 'raw',
  'value.format' = 'avro-confluent',
  'value.fields-include' = 'EXCEPT_KEY',
  'value.avro-confluent.url' = '${registry}',
  ${registry_login}
  'value.avro-confluent.subject' = '${summary}-value',
  'value.avro-confluent.schema' = '${summary_schema}'
);

CREATE TEMPORARY VIEW ENTRY AS
SELECT
  station_id, entry_partition, entry_offset, written_at,
  -- Avro's zigzag code of the station's number, which is positive.
  CAST(station_id AS BIGINT) * 2 AS n,
  -- The partition in which dedup writes this station's entries.
  MOD(station_id / 10, ${partitions}) AS home_partition
FROM TURNSTILE;

-- The key as ksqlDB writes it, an Avro int behind the registry's header: seven bits in each byte, the lowest first, and
-- a high bit where another byte follows. Flink's Avro format would make it a record.
CREATE TEMPORARY VIEW ENTRY_WITH_KEY AS
SELECT
  UNHEX(CONCAT('${key_header}', CASE
    WHEN n < 128 THEN LPAD(HEX(n), 2, '0')
    WHEN n < 16384 THEN CONCAT(HEX(128 + MOD(n, 128)), LPAD(HEX(n / 128), 2, '0'))
    WHEN n < 2097152 THEN CONCAT(HEX(128 + MOD(n, 128)), HEX(128 + MOD(n / 128, 128)), LPAD(HEX(n / 16384), 2, '0'))
    WHEN n < 268435456 THEN CONCAT(HEX(128 + MOD(n, 128)), HEX(128 + MOD(n / 128, 128)), HEX(128 + MOD(n / 16384, 128)), LPAD(HEX(n / 2097152), 2, '0'))
    ELSE CONCAT(HEX(128 + MOD(n, 128)), HEX(128 + MOD(n / 128, 128)), HEX(128 + MOD(n / 16384, 128)), HEX(128 + MOD(n / 2097152, 128)), LPAD(HEX(n / 268435456), 2, '0'))
  END)) AS station,
  home_partition,
  written_at,
  CASE WHEN entry_partition = home_partition THEN entry_offset + 1 END AS next_offset
FROM ENTRY;

-- Each row tells up to which entry it counts, so that the auditor can hold it against exactly these.
INSERT INTO TURNSTILE_SUMMARY
SELECT
  station,
  COUNT(*),
  MAX(written_at),
  MAP['row-cut', ENCODE(CONCAT(CAST(MAX(home_partition) AS STRING), ':', CAST(COALESCE(MAX(next_offset), 0) AS STRING)), 'UTF-8')]
FROM ENTRY_WITH_KEY
GROUP BY station;
