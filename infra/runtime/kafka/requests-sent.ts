/**
 * Requests that this process has sent to Kafka, by the number of their API (Kafka's protocol guide, "Api Keys"). What
 * a system at rest costs is mostly their number.
 */
export class RequestsSent {
  readonly #counts = new Map<number, number>();

  /** @param frame - one whole request as it goes to the socket: its length in 4 bytes, then its API's number in 2. */
  note(frame: Uint8Array): void {
    if (frame.length < 6) return;
    const api = ((frame[4] ?? 0) << 8) | (frame[5] ?? 0);
    this.#counts.set(api, (this.#counts.get(api) ?? 0) + 1);
  }

  /** By name, such as `Fetch`; `api 61` for one without a name here. */
  byName(): ReadonlyMap<string, number> {
    return new Map([...this.#counts].map(([api, count]) => [NAMES[api] ?? `api ${api}`, count]));
  }
}

/** Those that clients here send. */
const NAMES: Readonly<Record<number, string>> = {
  0: "Produce",
  1: "Fetch",
  2: "ListOffsets",
  3: "Metadata",
  8: "OffsetCommit",
  9: "OffsetFetch",
  10: "FindCoordinator",
  11: "JoinGroup",
  12: "Heartbeat",
  13: "LeaveGroup",
  14: "SyncGroup",
  18: "ApiVersions",
  19: "CreateTopics",
  22: "InitProducerId",
  24: "AddPartitionsToTxn",
  25: "AddOffsetsToTxn",
  26: "EndTxn",
  27: "WriteTxnMarkers",
  28: "TxnOffsetCommit",
  32: "DescribeConfigs",
  61: "DescribeProducers",
  65: "DescribeTransactions",
  66: "ListTransactions",
};

/** Of this process: as its memory is, it is the process's and no single client's. */
export const requestsSent = new RequestsSent();
