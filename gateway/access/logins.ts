import type { Clock } from "../../infra/runtime/clock.ts";
import type { Passwords } from "./credentials.ts";
import type { LoginDelays } from "./login-delays.ts";

export interface LoginOptions {
  readonly passwords: Passwords;
  readonly delays: LoginDelays;
  readonly clock: Pick<Clock, "sleep">;
  /** A login had to wait this long before it was looked at, ms. */
  readonly onDelayed: (waitMs: number) => void;
}

/**
 * A login by password, after the wait that earlier failures of its name and address cost it.
 *
 * @returns why it is refused; undefined: the password is right.
 */
export async function login(
  { passwords, delays, clock, onDelayed }: LoginOptions,
  { address, name, password }: { address: string; name: string; password: Buffer | undefined },
): Promise<"bad-password" | "too-many-logins" | undefined> {
  const attempt = delays.attempt(address, name);
  if (!attempt) return "too-many-logins";
  let right = false;
  try {
    if (attempt.waitMs > 0) {
      onDelayed(attempt.waitMs);
      await clock.sleep(attempt.waitMs);
    }
    right = await passwords.check(name, password);
  } finally {
    attempt.settle(right);
  }
  return right ? undefined : "bad-password";
}
