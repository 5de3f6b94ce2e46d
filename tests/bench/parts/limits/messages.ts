/** What the echo's process says when it listens. */
export interface Listening {
  readonly port: number;
}
