import { z } from "zod";
import type { Component } from "./component.ts";
import { compareVersions } from "./versions.ts";

const event = z.object({
  introduced: z.string().optional(),
  fixed: z.string().optional(),
  last_affected: z.string().optional(),
});

/** What is used of an advisory in the form of the OSV schema (1.6). */
const advisorySchema = z.object({
  id: z.string(),
  aliases: z.array(z.string()).readonly().optional(),
  summary: z.string().optional(),
  withdrawn: z.string().optional(),
  affected: z
    .array(
      z.object({
        package: z.object({ ecosystem: z.string(), name: z.string() }).optional(),
        versions: z.array(z.string()).readonly().optional(),
        ranges: z
          .array(z.object({ type: z.string(), events: z.array(event).readonly() }))
          .readonly()
          .optional(),
      }),
    )
    .optional(),
});
export type Advisory = z.output<typeof advisorySchema>;

/** The advisories that this project keeps beside its code. */
const fileSchema = z.object({
  /** The day of the newest data that was looked through, ISO 8601; null: it was never filled. */
  asOf: z.string().nullable(),
  advisories: z.array(advisorySchema),
});
export type AdvisoryFile = z.output<typeof fileSchema>;

/** @throws Error that says what is wrong with the text. */
export function parseAdvisoryFile(text: string): AdvisoryFile {
  return fileSchema.parse(JSON.parse(text));
}

/** @returns undefined for what is no advisory in OSV's form. */
export function parseAdvisory(text: string): Advisory | undefined {
  try {
    return advisorySchema.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}

export interface Affected {
  readonly component: Component;
  readonly advisory: Advisory;
  /** The least version without it; undefined: none is named. */
  readonly fixed: string | undefined;
}

const ECOSYSTEMS: Readonly<Record<string, Component["kind"]>> = { npm: "npm", Maven: "maven" };

/** Which components are known to be at fault, and where it was mended. */
export function affectedBy(
  components: readonly Component[],
  advisories: readonly Advisory[],
): readonly Affected[] {
  const byName = new Map<string, Component[]>();
  for (const component of components) {
    const key = `${component.kind} ${component.name}`;
    byName.set(key, [...(byName.get(key) ?? []), component]);
  }
  return advisories.flatMap((advisory) =>
    (advisory.withdrawn === undefined ? (advisory.affected ?? []) : []).flatMap((affected) => {
      const kind = ECOSYSTEMS[affected.package?.ecosystem ?? ""];
      const named = byName.get(`${kind} ${affected.package?.name}`) ?? [];
      return named.flatMap((component): Affected[] =>
        isAffected(component, affected) ? [{ component, advisory, fixed: fixedIn(component, affected) }] : [],
      );
    }),
  );
}

/** Those of many advisories that name a component at all: what is kept beside the code. */
export function concerning(
  components: readonly Component[],
  advisories: Iterable<Advisory>,
): readonly Advisory[] {
  const names = new Set(components.map(({ kind, name }) => `${kind} ${name}`));
  return [...advisories].filter(({ affected = [] }) =>
    affected.some(({ package: p }) => names.has(`${ECOSYSTEMS[p?.ecosystem ?? ""]} ${p?.name}`)),
  );
}

type Range = NonNullable<Advisory["affected"]>[number];

function isAffected({ kind, version }: Component, { versions = [], ranges = [] }: Range): boolean {
  if (versions.includes(version)) return true;
  return ranges.some(({ type, events }) => {
    if (type === "GIT") return false;
    let inside = false;
    for (const { introduced, fixed, last_affected: last } of events) {
      if (introduced !== undefined)
        inside ||= introduced === "0" || compareVersions(kind, version, introduced) >= 0;
      if (fixed !== undefined && compareVersions(kind, version, fixed) >= 0) inside = false;
      if (last !== undefined && compareVersions(kind, version, last) > 0) inside = false;
    }
    return inside;
  });
}

function fixedIn({ kind, version }: Component, { ranges = [] }: Range): string | undefined {
  return ranges
    .flatMap(({ events }) => events.flatMap(({ fixed }) => fixed ?? []))
    .filter((fixed) => compareVersions(kind, fixed, version) > 0)
    .sort((a, b) => compareVersions(kind, a, b))[0];
}
