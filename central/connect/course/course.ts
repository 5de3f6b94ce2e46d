import { join } from "node:path";
import { InvalidArgumentError } from "commander";
import { projectRoot } from "../../../infra/runtime/project-root.ts";
import { CodedError } from "../../../schemas/errors.ts";
import { apply, type CommandContext } from "../commands.ts";
import { type ConnectorFile, filledIn, readConnector } from "../connectors.ts";
import type { ConnectorConfig } from "../ports.ts";

/** What `apply` and `delete` call it. */
export const COURSE = "course";
/** The topic that a course's own JDBC source writes. */
export const COURSE_TOPIC = "org.chicago.cta.stations";

const ROUTE = "transforms.route.replacement";
/** After its connector has ended, PostgreSQL lets go of a slot within moments. */
const SLOT_PATIENCE_MS = 10_000;
const PAUSE_MS = 200;

export function courseFile(): ConnectorFile {
  return readConnector(join(projectRoot(), "central", "connect", "course", "stations.json"));
}

/**
 * The connector `stations`, in the place of a course's JDBC source: flat JSON rows in the topic of the user's choice.
 * Another topic gets all rows again.
 *
 * @throws {CodedError} CONNECT_FAILED, also when `stations` is a connector of the user's own
 */
export async function applyCourse(
  context: CommandContext,
  values: Readonly<Record<string, string | undefined>>,
  topic: string,
): Promise<void> {
  const file = courseFile();
  const before = await context.connect.config(file.name);
  if (before && !isOurs(before, file)) throw notOurs(file.name);
  if (before && before[ROUTE] !== topic) await removeCourse(context);
  await apply(context, file.name, filledIn(file, { ...values, COURSE_TOPIC: topic }));
  context.say(
    `the stations come as flat JSON rows in the topic ${topic}; as from a JDBC source, deletes do not`,
  );
}

/**
 * The connector, Connect's note of how far it was, its replication slot and its publication. The topic stays.
 *
 * @throws {CodedError} CONNECT_FAILED, DEPENDENCY_UNAVAILABLE
 */
export async function removeCourse(context: CommandContext): Promise<void> {
  const { connect, slots, say } = context;
  const file = courseFile();
  const config = await connect.config(file.name);
  if (config && !isOurs(config, file)) throw notOurs(file.name);
  if (config) {
    await connect.forgetOffsets(file.name);
    await connect.remove(file.name);
  }
  say(config ? `${file.name}: deleted, with how far it had read` : `${file.name}: was not there`);
  const slot = file.config["slot.name"] ?? "";
  if (await slots.find(slot)) {
    await dropOnceFree(context, slot);
    say(`  its replication slot ${slot} is dropped`);
  }
  await slots.dropPublication(file.config["publication.name"] ?? "");
}

async function dropOnceFree({ slots, clock }: CommandContext, slot: string): Promise<void> {
  const deadline = clock.monotonic() + SLOT_PATIENCE_MS;
  for (;;) {
    try {
      await slots.drop(slot);
      return;
    } catch (error) {
      if (clock.monotonic() >= deadline) throw error;
      await clock.sleep(PAUSE_MS);
    }
  }
}

function isOurs(config: ConnectorConfig, file: ConnectorFile): boolean {
  return config["slot.name"] === file.config["slot.name"];
}

function notOurs(name: string): CodedError {
  return new CodedError("CONNECT_FAILED", {
    message: `there is a connector "${name}" of your own: delete it first (npm run connect -- delete ${name})`,
    retryable: false,
    context: { connector: name },
  });
}

/** A topic's name as Kafka takes it. @throws {InvalidArgumentError} */
export function topicName(text: string): string {
  if (/^(?!\.{1,2}$)[a-zA-Z0-9._-]{1,249}$/.test(text)) return text;
  throw new InvalidArgumentError("give letters, digits, dots, underscores and hyphens, 249 at most");
}
