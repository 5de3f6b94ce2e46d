/** A request that is answered with an error: HTTP status, the protocol's own code, and a sentence for a person. */
export class RestError extends Error {
  readonly status: number;
  readonly code: number;

  constructor(status: number, code: number, message: string) {
    super(message);
    this.name = "RestError";
    this.status = status;
    this.code = code;
  }

  /** The body that Confluent's servers send. */
  get body(): { readonly error_code: number; readonly message: string } {
    return { error_code: this.code, message: this.message };
  }
}
