import { type StateDecision, versionNumber } from "./decisions.ts";
import { refusal } from "./errors.ts";
import type { RegistryRecord, StoredVersion } from "./records.ts";
import type { RegistryState } from "./state.ts";

/**
 * Delete one version: softly first (hidden, its id still answers), then for good. With a subject's last version its own
 * settings go.
 *
 * @throws {RestError} 40401, 40402, 40406, 40407, 42202, 42205, 42206
 */
export function deleteVersion(
  state: RegistryState,
  subject: string,
  wanted: string,
  permanent: boolean,
): StateDecision<number> {
  const number = versionNumber(wanted);
  const all = state.versions(subject, "all");
  const candidates = permanent ? all : state.versions(subject, "live");
  const found =
    number === "latest" ? (candidates.at(-1) ?? all.at(-1)) : all.find((stored) => stored.version === number);
  if (all.length === 0) throw refusal.subjectNotFound(subject);
  if (!found) throw refusal.versionNotFound(number);
  if (!permanent && found.deleted) throw refusal.versionSoftDeleted(subject, found.version);
  if (permanent && !found.deleted) throw refusal.versionNotSoftDeleted(subject, found.version);
  refuseReadOnly(state, subject);
  refuseReferenced(state, found, permanent);
  const isLast = state.versions(subject, "live").every(({ version }) => version === found.version);
  const hidden: RegistryRecord = { kind: "version", ...found, deleted: true };
  return {
    records: permanent ? gone(state, [found]) : [hidden, ...(isLast ? withoutSettings(state, subject) : [])],
    answer: found.version,
  };
}

/**
 * Delete all versions of a subject, and with the first deletion its own settings.
 *
 * @throws {RestError} 40401, 40404, 40405, 42205, 42206
 */
export function deleteSubject(
  state: RegistryState,
  subject: string,
  permanent: boolean,
): StateDecision<readonly number[]> {
  const all = state.versions(subject, "all");
  const live = state.versions(subject, "live");
  if (all.length === 0) throw refusal.subjectNotFound(subject);
  if (!permanent && live.length === 0) throw refusal.subjectSoftDeleted(subject);
  if (permanent && live.length > 0) throw refusal.subjectNotSoftDeleted(subject);
  refuseReadOnly(state, subject);
  const affected = permanent ? all : live;
  for (const stored of affected) refuseReferenced(state, stored, permanent, subject);
  const hidden = live.map((stored): RegistryRecord => ({ kind: "version", ...stored, deleted: true }));
  return {
    records: permanent ? gone(state, all) : [...hidden, ...withoutSettings(state, subject)],
    answer: affected.map((stored) => stored.version),
  };
}

function gone(state: RegistryState, versions: readonly StoredVersion[]): RegistryRecord[] {
  const tombstones = versions.map(
    ({ subject, version }): RegistryRecord => ({ kind: "version-gone", subject, version }),
  );
  return [{ kind: "next-id", nextId: state.nextId }, ...tombstones];
}

function withoutSettings(state: RegistryState, subject: string): RegistryRecord[] {
  const records: RegistryRecord[] = [];
  if (state.ownConfig(subject)) records.push({ kind: "config", subject, config: null });
  if (state.ownMode(subject)) records.push({ kind: "mode", subject, mode: null });
  return records;
}

function refuseReadOnly(state: RegistryState, subject: string): void {
  if (state.modeOf(subject).startsWith("READONLY")) {
    throw refusal.notPermitted(`Subject ${subject} is in read-only mode`);
  }
}

/**
 * What others build on stays. For good it goes only once what built on it has gone for good too.
 *
 * @param leaving - the subject that goes as a whole: references of its own do not hold it.
 */
function refuseReferenced(
  state: RegistryState,
  { subject, version }: StoredVersion,
  permanent: boolean,
  leaving?: string,
): void {
  const referrers = state.referrersOf(subject, version, permanent ? "all" : "live");
  if (referrers.some((referrer) => referrer.subject !== leaving)) {
    throw refusal.referenced(subject, version);
  }
}
