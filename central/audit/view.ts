import {
  AUDIT_KEYS,
  type Finding,
  type Regrouping,
  type Resolution,
  type Verdict,
} from "../../schemas/audit.ts";
import { findingIn, jsonIn, regroupingIn, resolutionIn } from "./shapes.ts";

/** What the topic `audit` says: the newest verdict, and each finding with its resolution. */
export class AuditView {
  readonly #findings = new Map<string, Finding>();
  readonly #resolutions = new Map<string, Resolution>();
  #verdict: Verdict | null = null;
  #regrouping: Regrouping | null = null;

  /**
   * Take a record of the topic, in order. The auditor's own memory is passed over, and so is what is not JSON.
   *
   * @param value - null: a tombstone.
   */
  apply(key: string, value: string | null): void {
    if (key === AUDIT_KEYS.verdict) this.#verdict = (jsonIn(value) as Verdict | null) ?? this.#verdict;
    else if (key === AUDIT_KEYS.regrouping) this.#regrouping = regroupingIn(value) ?? this.#regrouping;
    else if (key.startsWith(AUDIT_KEYS.finding)) put(this.#findings, idOf(key), findingIn(value));
    else if (key.startsWith(AUDIT_KEYS.resolution)) put(this.#resolutions, idOf(key), resolutionIn(value));
  }

  /** null: no auditor has said anything yet. */
  get verdict(): Verdict | null {
    return this.#verdict;
  }

  /** The last change of the number of partitions; null: there was none. */
  get regrouping(): Regrouping | null {
    return this.#regrouping;
  }

  /** Oldest first. */
  get findings(): readonly Finding[] {
    return [...this.#findings.values()]
      .map((finding) => ({ ...finding, resolved: this.#resolutions.get(finding.id) ?? null }))
      .sort((x, y) => x.firstSeen - y.firstSeen || (x.id < y.id ? -1 : 1));
  }
}

function put<T>(map: Map<string, T>, id: string, value: T | null): void {
  if (value === null) map.delete(id);
  else map.set(id, value);
}

function idOf(key: string): string {
  return key.slice(key.indexOf(":") + 1);
}
