/** Remembered at most: clients that send a new text with each request must not fill the memory. */
const LIMIT = 10_000;

/** Answers by key, the oldest forgotten first. Callers of one key share the question; a failure is forgotten. */
export class Remembered<T> {
  readonly #answers = new Map<string, Promise<T>>();
  readonly #limit: number;

  constructor(limit = LIMIT) {
    this.#limit = limit;
  }

  get(key: string, ask: () => Promise<T>): Promise<T> {
    const known = this.#answers.get(key);
    if (known) return known;
    const answer = ask();
    this.#answers.set(key, answer);
    answer.catch(() => this.#answers.delete(key));
    const oldest = this.#answers.size > this.#limit ? this.#answers.keys().next().value : undefined;
    if (oldest !== undefined) this.#answers.delete(oldest);
    return answer;
  }
}
