import { identityOf, type SchemaContent } from "./content.ts";
import { refusal } from "./errors.ts";
import type { RegistryState } from "./state.ts";

/** What the registry keeps in memory and reads back at each start, at most. */
export const LIMITS = {
  /** Names with versions, softly deleted ones too; and names with a setting of their own. */
  subjects: 10_000,
  /** Of one subject, softly deleted ones too. */
  versions: 1_000,
  /** Of all different schemas together. */
  characters: 64 * 2 ** 20,
  /** Of a subject's name: a topic's has 249 at most, but a record's may stand behind it. */
  nameCharacters: 1_000,
} as const;

/**
 * May this subject get one more version? What is there already is never refused.
 *
 * @param content - the version's schema.
 * @throws {RestError} 42205 that names the limit, and how to make room.
 */
export function checkRoom(state: RegistryState, subject: string, content: SchemaContent): void {
  const versions = state.versions(subject, "all").length;
  if (versions === 0 && state.subjectCount >= LIMITS.subjects) throw full(`${LIMITS.subjects} subjects`);
  if (versions >= LIMITS.versions) throw full(`${LIMITS.versions} versions of a subject`);
  const more = state.idOf(content) === undefined ? identityOf(content).length : 0;
  if (state.characters + more > LIMITS.characters) throw full(`${LIMITS.characters} characters of schemas`);
}

/** May this subject get a setting of its own? @throws {RestError} 42205, 42208 */
export function checkSettingRoom(subject: string | null, others: number): void {
  if (subject === null) return;
  checkName(subject);
  if (others >= LIMITS.subjects) throw full(`settings of ${LIMITS.subjects} subjects`);
}

/** @throws {RestError} 42208 */
export function checkName(subject: string): void {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
  if (subject === "" || /[\u0000-\u001f\u007f-\u009f]/.test(subject)) throw refusal.invalidSubject(subject);
  if (subject.length > LIMITS.nameCharacters)
    throw refusal.invalidSubject(`${subject.slice(0, 50)}… of ${subject.length} characters`);
}

function full(most: string): ReturnType<typeof refusal.notPermitted> {
  return refusal.notPermitted(
    `This registry takes ${most} at most: delete what is not used, for good with ?permanent=true`,
  );
}
