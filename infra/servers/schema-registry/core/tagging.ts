import type { Metadata, Rule, RuleSet } from "./content.ts";
import { mergedRuleSet, withVersion } from "./data-contract.ts";
import { type Registered, register, type StateDecision } from "./decisions.ts";
import type { StoredVersion } from "./records.ts";
import type { RegistryState } from "./state.ts";
import type { TagChanges } from "./tags.ts";

/** What `POST …/tags` asks for. */
export interface TagRequest {
  readonly changes: TagChanges;
  /** What the new version has to become; left out: whatever comes next. */
  readonly newVersion?: number;
  /** Left out: the tagged version's. */
  readonly metadata?: Metadata;
  readonly ruleSet?: RuleSet;
  /** In place of `ruleSet`: changes of the version before. */
  readonly rulesToMerge?: RuleSet;
  readonly rulesToRemove?: readonly string[];
}

/** A version's schema with other tags becomes the next version. @throws {RestError} 40901, 42201, 42205 */
export function tagVersion(
  state: RegistryState,
  { subject, schemaType, schema, references, metadata }: StoredVersion,
  request: TagRequest,
): StateDecision<Registered> {
  const { changes, newVersion } = request;
  const ruleSet = rulesOf(state, subject, request);
  return register(state, subject, {
    ...{ schemaType, schema, references },
    metadata: withVersion(request.metadata ?? metadata, newVersion ?? 0),
    ...(ruleSet && { ruleSet }),
    ...(newVersion === undefined ? {} : { version: newVersion }),
    tagChanges: changes,
  });
}

function rulesOf(
  state: RegistryState,
  subject: string,
  { newVersion, ruleSet, rulesToMerge, rulesToRemove }: TagRequest,
): RuleSet | undefined {
  if (!rulesToMerge && !rulesToRemove) return ruleSet;
  const before =
    newVersion === undefined
      ? state.versions(subject, "live").at(-1)
      : state.version(subject, newVersion - 1);
  const merged = mergedRuleSet([before?.ruleSet, rulesToMerge]) ?? {};
  const left = (rules: readonly Rule[] = []): readonly Rule[] =>
    rules.filter(({ name }) => !rulesToRemove?.includes(name));
  return {
    ...merged,
    ...(merged.migrationRules && { migrationRules: left(merged.migrationRules) }),
    ...(merged.domainRules && { domainRules: left(merged.domainRules) }),
    ...(merged.encodingRules && { encodingRules: left(merged.encodingRules) }),
  };
}
