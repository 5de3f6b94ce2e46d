/** Rows from one array per column, as `columnsOf` makes them. `at` counts them from 1. */
export const ROWS = `unnest(
    $1::text[], $2::bigint[], $3::bigint[], $4::timestamptz[], $5::float8[], $6::float8[], $7::float8[], $8::float8[],
    $9::float8[], $10::text[], $11::timestamptz[]
  ) WITH ORDINALITY
  AS row (vehicle_id, boot, sequence, time, lat, lon, speed, heading, battery, metadata, received_at, at)`;
