// @ts-check

/** What stops a set-up, and what to do about it. */
export class SetupError extends Error {
  /**
   * @param {string} message - the cause, one sentence
   * @param {string} fix - what to do
   */
  constructor(message, fix) {
    super(message);
    this.name = "SetupError";
    this.fix = fix;
  }
}
