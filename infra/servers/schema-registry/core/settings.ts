import type { StateDecision } from "./decisions.ts";
import { refusal } from "./errors.ts";
import { type CompatibilityLevel, LEVELS } from "./levels.ts";
import { checkSettingRoom } from "./limits.ts";
import { MODES, type Mode } from "./records.ts";
import type { RegistryState } from "./state.ts";

/**
 * @param subject - null: the level of all subjects that have none of their own.
 * @throws {RestError} 42203, 42205, 42208
 */
export function setLevel(
  state: RegistryState,
  subject: string | null,
  level: unknown,
): StateDecision<{ compatibility: CompatibilityLevel }> {
  const known = LEVELS.find((name) => name === upperCase(level));
  if (!known) throw refusal.invalidLevel();
  if (state.modeOf(subject).startsWith("READONLY")) {
    throw refusal.notPermitted(
      `${subject === null ? "The registry" : `Subject ${subject}`} is in read-only mode`,
    );
  }
  if (state.ownLevel(subject) === undefined) checkSettingRoom(subject, state.settingCounts.levels);
  return { records: [{ kind: "compatibility", subject, level: known }], answer: { compatibility: known } };
}

/** @throws {RestError} 40401 when the subject has none of its own. */
export function clearLevel(
  state: RegistryState,
  subject: string | null,
): StateDecision<{ compatibilityLevel: CompatibilityLevel }> {
  const level = state.ownLevel(subject) ?? (subject === null ? "BACKWARD" : undefined);
  if (!level) throw refusal.subjectNotFound(subject ?? "");
  return {
    records: [{ kind: "compatibility", subject, level: null }],
    answer: { compatibilityLevel: level },
  };
}

/**
 * @param mode - null: none of its own.
 * @param force - IMPORT although there are schemas already.
 * @throws {RestError} 42204, 42205, 42208
 */
export function setMode(
  state: RegistryState,
  subject: string | null,
  mode: unknown,
  force: boolean,
): StateDecision<{ mode: Mode | null }> {
  if (mode === null) return { records: [{ kind: "mode", subject, mode: null }], answer: { mode: null } };
  const known = MODES.find((name) => name === upperCase(mode));
  if (!known) throw refusal.invalidMode();
  const occupied = subject === null ? state.subjects("live") : state.versions(subject, "live");
  if (known === "IMPORT" && !force && state.modeOf(subject) !== "IMPORT" && occupied.length > 0) {
    throw refusal.notPermitted("Cannot import since found existing subjects");
  }
  if (state.ownMode(subject) === undefined) checkSettingRoom(subject, state.settingCounts.modes);
  return { records: [{ kind: "mode", subject, mode: known }], answer: { mode: known } };
}

/** @throws {RestError} 40401 when the subject has none of its own. */
export function clearMode(state: RegistryState, subject: string | null): StateDecision<{ mode: Mode }> {
  const mode = state.ownMode(subject) ?? (subject === null ? "READWRITE" : undefined);
  if (!mode) throw refusal.subjectNotFound(subject ?? "");
  return { records: [{ kind: "mode", subject, mode: null }], answer: { mode } };
}

function upperCase(value: unknown): string | undefined {
  return typeof value === "string" ? value.toUpperCase() : undefined;
}
