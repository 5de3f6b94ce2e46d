import type { ScriptedField } from "../world/scripted-field.ts";

/** Entries at turnstiles in turn, so many a second. */
export class MatrixTraffic {
  readonly #field: ScriptedField;
  readonly #ids: readonly string[];
  readonly #perSecond: number;
  #due = 0;
  #turn = 0;

  constructor(field: ScriptedField, ids: readonly string[], perSecond: number) {
    this.#field = field;
    this.#ids = ids;
    this.#perSecond = perSecond;
  }

  /** What happens in `ms`: a reading and another until all that is due is pressed. */
  press(ms: number): void {
    this.#due += (this.#perSecond * ms) / 1000;
    for (; this.#due >= 1; this.#due--) {
      const id = this.#ids[this.#turn++ % this.#ids.length];
      if (id !== undefined) this.#field.press(id, 1);
    }
  }
}
