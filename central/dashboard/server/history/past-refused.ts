/** A question about the past that cannot be answered, with the HTTP status that says why. */
export class PastRefused extends Error {
  readonly status: number;
  /** After how many seconds it may be asked again; null: the answer will be the same. */
  readonly retryAfter: number | null;

  constructor(status: number, message: string, retryAfter: number | null = null) {
    super(message);
    this.name = "PastRefused";
    this.status = status;
    this.retryAfter = retryAfter;
  }
}
