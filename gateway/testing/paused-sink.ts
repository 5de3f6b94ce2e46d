import type { CodedError } from "../../schemas/errors.ts";
import type { Sink, Submission } from "../sink/ports.ts";

/** A sink that settles when the test says so. */
export class PausedSink implements Sink {
  full = false;
  readonly submissions: Submission[] = [];

  get waitingBytes(): number {
    return this.submissions.length;
  }

  submit(submission: Submission): void {
    this.submissions.push(submission);
  }

  /** Settle the `index`th submission of all, whether or not it is still wanted. */
  settle(index: number, error?: CodedError): void {
    const submission = this.submissions[index];
    if (!submission) throw new Error(`nothing was submitted as ${index}`);
    submission.settled(error);
  }
}
