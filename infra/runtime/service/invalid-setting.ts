import { CodedError } from "../../../schemas/errors.ts";

/** What else is known of a setting that cannot be used. */
interface Detail {
  /** As it was given, where that is no secret. */
  readonly value?: string;
  readonly cause?: unknown;
}

/**
 * CONFIG_INVALID of one setting.
 *
 * @param problem - goes on where the setting's name ends: "is not set: …", `is "…": …`.
 */
export function invalidSetting(variable: string, problem: string, { value, cause }: Detail = {}): CodedError {
  return new CodedError("CONFIG_INVALID", {
    message: `${variable} ${problem}`,
    retryable: false,
    context: value === undefined ? { variable } : { variable, value },
    cause,
  });
}
