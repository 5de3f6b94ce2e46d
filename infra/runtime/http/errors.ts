/** A request that is answered with an error: HTTP status, the protocol's own code, and a sentence for a person. */
export class RestError extends Error {
  readonly status: number;
  readonly code: number;
  /** Headers of the answer, by their names in lower case. */
  readonly headers: Readonly<Record<string, string>>;

  constructor(status: number, code: number, message: string, headers: Readonly<Record<string, string>> = {}) {
    super(message);
    this.name = "RestError";
    this.status = status;
    this.code = code;
    this.headers = headers;
  }

  /** The body that Confluent's servers send. */
  get body(): { readonly error_code: number; readonly message: string } {
    return { error_code: this.code, message: this.message };
  }
}
