/** Every contract of this folder, by the name of its file. */
export const SCHEMA_NAMES = [
  "station-id",
  "reading-batch",
  "arrival",
  "turnstile",
  "turnstile-summary",
  "weather",
  "weather-key",
  "station",
  "station-key",
  "device-id",
  "device-state",
  "dedup-state",
  "dead-letter",
] as const;
export type SchemaName = (typeof SCHEMA_NAMES)[number];
