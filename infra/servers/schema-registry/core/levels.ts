/** Confluent's seven levels, in the order in which its error message lists them. */
export const LEVELS = [
  "NONE",
  "BACKWARD",
  "FORWARD",
  "FULL",
  "BACKWARD_TRANSITIVE",
  "FORWARD_TRANSITIVE",
  "FULL_TRANSITIVE",
] as const;
export type CompatibilityLevel = (typeof LEVELS)[number];
