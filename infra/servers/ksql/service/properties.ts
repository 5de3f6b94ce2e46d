import { COMMIT_GAP_MS } from "../engine/running-query.ts";
import { refuse, unsupported } from "../errors.ts";
import type { PullSettings } from "../queries/pull.ts";

const PREFIXES = ["ksql.streams.", "ksql.", ""];

/** Properties of statements that this server heeds or knowingly passes over, without the prefixes ksqlDB allows. */
const KNOWN: Readonly<Record<string, string>> = {
  "auto.offset.reset": "latest",
  "cache.max.bytes.buffering": "10000000",
  "statestore.cache.max.bytes": "10000000",
  "commit.interval.ms": String(COMMIT_GAP_MS),
  "processing.guarantee": "exactly_once_v2",
  "num.stream.threads": "1",
  "max.task.idle.ms": "0",
  "query.pull.table.scan.enabled": "true",
  "query.pull.range.scan.enabled": "true",
  "query.pull.limit.clause.enabled": "true",
  "query.pull.interpreter.enabled": "true",
  "query.pull.enable.standby.reads": "false",
  "query.pull.max.allowed.offset.lag": "9223372036854775807",
  "query.push.v2.enabled": "false",
  // EMIT FINAL is left to ksqlDB.
  "suppress.enabled": "false",
  "timestamp.throw.on.invalid": "false",
  "functions.substring.legacy.args": "false",
  "persistence.wrap.single.values": "true",
  "persistence.default.format.key": "KAFKA",
  "persistence.default.format.value": "",
  "fail.on.deserialization.error": "false",
  "service.id": "default_",
  "new.query.planner.enabled": "false",
  "output.topic.name.prefix": "",
  "query.status.running.threshold.seconds": "300",
};

/** What holds where a statement sets nothing, of the server of this service. */
export function defaultProperties(serviceId: string): Readonly<Record<string, string>> {
  return { ...KNOWN, "service.id": serviceId };
}

/** A property's name without prefix; undefined when no server, consumer or producer knows it. */
function propertyName(name: string): string | undefined {
  for (const prefix of PREFIXES) {
    if (name.startsWith(prefix)) {
      const bare = name.slice(prefix.length);
      if (Object.hasOwn(KNOWN, bare)) return bare;
    }
  }
  return undefined;
}

/** @throws {CodedError} KSQL_STATEMENT_INVALID */
export function knownProperty(name: string): string {
  const known = propertyName(name);
  if (known !== undefined) return known;
  throw refuse(`Not recognizable as ksql, streams, consumer, or producer property: '${name}'`);
}

export type SessionProperties = Readonly<Record<string, string>>;

/**
 * A request's properties by their bare names; unknown ones are passed over, as clients send many.
 *
 * @throws {CodedError} KSQL_STATEMENT_INVALID for a value that does not fit.
 */
export function sessionProperties(given: Readonly<Record<string, unknown>>): SessionProperties {
  const session: Record<string, string> = {};
  for (const [name, value] of Object.entries(given)) {
    const known = propertyName(name);
    if (known !== undefined && value !== null) session[known] = checkedValue(known, String(value));
  }
  return session;
}

/** Values that would change what statements do here as they do in ksqlDB: each is refused rather than passed over. */
const FOREIGN: Readonly<Record<string, string>> = {
  "timestamp.throw.on.invalid": "true",
  "fail.on.deserialization.error": "true",
  "functions.substring.legacy.args": "true",
  "query.push.v2.enabled": "true",
};

export function checkedValue(name: string, value: string): string {
  if (FOREIGN[name] === value.toLowerCase()) throw unsupported(`the setting ${name}=${value.toLowerCase()}`);
  if (name === "auto.offset.reset" && !["earliest", "latest", "none"].includes(value.toLowerCase())) {
    throw refuse(
      `Invalid value ${value} for configuration auto.offset.reset: String must be one of: latest, earliest, none`,
    );
  }
  return name === "auto.offset.reset" ? value.toLowerCase() : value;
}

/** What a session allows pull queries: everything, unless it says otherwise. */
export function pullSettings(session: SessionProperties): PullSettings {
  const isOn = (name: string): boolean => session[name]?.toLowerCase() !== "false";
  return {
    limit: isOn("query.pull.limit.clause.enabled"),
    scans: { table: isOn("query.pull.table.scan.enabled"), range: isOn("query.pull.range.scan.enabled") },
  };
}

export function startOf(session: SessionProperties): "beginning" | "end" {
  return session["auto.offset.reset"] === "earliest" ? "beginning" : "end";
}
