import type { StateDecision } from "./decisions.ts";
import { refusal } from "./errors.ts";
import { type CompatibilityLevel, LEVELS } from "./levels.ts";
import { checkSettingRoom } from "./limits.ts";
import { MODES, type Mode } from "./records.ts";
import type { RegistryState } from "./state.ts";
import { type ConfigUpdate, type SubjectConfig, updated } from "./subject-config.ts";

/** @throws {RestError} 42203 */
export function checkedLevel(level: unknown): CompatibilityLevel {
  const known = LEVELS.find((name) => name === upperCase(level));
  if (!known) throw refusal.invalidLevel();
  return known;
}

/**
 * @param subject - null: for all subjects that have nothing of their own.
 * @throws {RestError} 42205, 42208
 */
export function setConfig(
  state: RegistryState,
  subject: string | null,
  update: ConfigUpdate,
): StateDecision<SubjectConfig> {
  if (state.modeOf(subject).startsWith("READONLY")) {
    throw refusal.notPermitted(
      `${subject === null ? "The registry" : `Subject ${subject}`} is in read-only mode`,
    );
  }
  const own = state.ownConfig(subject);
  if (own === undefined) checkSettingRoom(subject, state.settingCounts.configs);
  const config = updated(own, update);
  return { records: [{ kind: "config", subject, config }], answer: config };
}

/** @throws {RestError} 40401 when the subject has nothing of its own. */
export function clearConfig(state: RegistryState, subject: string | null): StateDecision<SubjectConfig> {
  const config = state.ownConfig(subject) ?? (subject === null ? {} : undefined);
  if (!config) throw refusal.subjectNotFound(subject ?? "");
  return { records: [{ kind: "config", subject, config: null }], answer: shownConfig(config, subject) };
}

/** As `GET` and `DELETE /config…` tell it. @param subject - null: without a level of its own it is BACKWARD. */
export function shownConfig(config: SubjectConfig, subject: string | null): SubjectConfig {
  return subject === null ? { compatibilityLevel: "BACKWARD", ...config } : config;
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
