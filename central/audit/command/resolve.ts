import { nearest } from "../../../infra/runtime/text/spelling.ts";
import { type Finding, isOpen } from "../../../schemas/audit.ts";
import { CodedError } from "../../../schemas/errors.ts";

/** Long enough for what was found out, short enough for the page. */
const MAX_REASON = 500;

/** @throws {CodedError} USAGE */
export function reasonOf(text: string | undefined): string {
  const reason = text?.trim().replace(/\s+/g, " ") ?? "";
  if (reason === "") throw usage('say why: --reason "what was found out, and what was done"');
  if (reason.length > MAX_REASON)
    throw usage(`the reason has ${reason.length} characters: ${MAX_REASON} at most`);
  return reason;
}

/** @throws {CodedError} USAGE with the nearest ids */
export function findingOf(findings: readonly Finding[], id: string): Finding {
  const finding = findings.find((each) => each.id === id);
  if (finding) return finding;
  const near = nearest(
    id,
    findings.map((each) => each.id),
  );
  const hint =
    near.length > 0 ? `did you mean ${near.join(" or ")}?` : "npm run audit -- list --all names them";
  throw usage(`there is no finding ${id}: ${hint}`);
}

/**
 * The findings that are to be resolved.
 *
 * @param ids - undefined: all open ones.
 * @throws {CodedError} USAGE: one of them does not exist, or breaks nothing; then none is resolved.
 */
export function toResolve(
  findings: readonly Finding[],
  ids: readonly string[] | undefined,
): readonly Finding[] {
  if (ids === undefined) return findings.filter(isOpen);
  return [...new Set(ids)].map((id) => {
    const finding = findingOf(findings, id);
    const { cause, resolved } = finding;
    if (resolved) throw usage(`${id} is resolved already, by ${resolved.by}: ${resolved.reason}`);
    if (cause !== null) throw usage(`${id} is a loss with a cause (${cause}): it does not break the proof`);
    return finding;
  });
}

function usage(message: string): CodedError {
  return new CodedError("USAGE", { message, retryable: false, context: {} });
}
