import { unsupported } from "../errors.ts";

/** Aggregate functions of ksqlDB that this server does not have: most of them make nested types. */
const AGGREGATES: ReadonlySet<string> = new Set([
  "ATTR",
  "COLLECT_LIST",
  "COLLECT_SET",
  "CORRELATION",
  "COUNT_DISTINCT",
  "HISTOGRAM",
  "STDDEV_SAMP",
  "STDDEV_SAMPLE",
  "TOPK",
  "TOPKDISTINCT",
]);

/** @throws {CodedError} KSQL_STATEMENT_INVALID for the name of an aggregate that ksqlDB has and this server has not. */
export function refuseLeftOut(name: string): void {
  if (AGGREGATES.has(name)) throw unsupported(`the aggregate ${name}`);
}
