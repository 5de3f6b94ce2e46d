import { userInfo } from "node:os";
import { systemClock } from "../../infra/runtime/clock.ts";
import { createKafka } from "../../infra/runtime/kafka/kafka.ts";
import { createRegistryClient } from "../../infra/runtime/registry/client.ts";
import { avroDecoder } from "../../infra/runtime/registry/codec.ts";
import { httpAccess } from "../../infra/runtime/security/http.ts";
import { kafkaAccess } from "../../infra/runtime/security/kafka.ts";
import { recordSettings } from "../../infra/runtime/security/record-settings.ts";
import { mustAnswer } from "../../infra/runtime/service/answering.ts";
import { logSettings, readConfig } from "../../infra/runtime/service/config.ts";
import { commandLogger, createProgram, runProgram } from "../../infra/runtime/service/program.ts";
import { AUDIT_KEYS, isOpen, type Resolution } from "../../schemas/audit.ts";
import { EXIT } from "../../schemas/errors.ts";
import { topicNames } from "../../schemas/topics.ts";
import { findingOf, reasonOf, toResolve } from "./command/resolve.ts";
import { factsText, listText, verdictText } from "./command/text.ts";
import { readAudit } from "./command/topic.ts";
import { EVIDENCE_HEADERS, readEvidence } from "./evidence.ts";

const { env } = process;
const name = "audit";
/** Any writer of the topic wrote it: a terminal is not sent control characters. */
const print = (text: string): void => void process.stdout.write(`${text.replace(/[^\P{Cc}\n]/gu, "·")}\n`);
const printJson = (value: unknown): void => print(JSON.stringify(value, null, 2));

/**
 * The auditor's topic, of the running system or of the environment. The auditor itself need not run.
 *
 * @throws {CodedError} CONFIG_INVALID; DEPENDENCY_UNAVAILABLE at once when there is no Kafka
 */
async function open() {
  const config = readConfig(recordSettings, env);
  await mustAnswer("KAFKA_BROKERS", env);
  const around = { clock: systemClock, logger: commandLogger(name, env) };
  const topics = topicNames(config.TOPIC_PREFIX);
  const kafka = createKafka({ ...kafkaAccess(config), ...around, clientId: "audit-command" });
  const reader = kafka.logReader({ headers: EVIDENCE_HEADERS });
  return {
    topics,
    kafka,
    reader,
    avro: avroDecoder(createRegistryClient({ ...httpAccess("SCHEMA_REGISTRY", config), ...around })),
    view: await readAudit(kafka, reader, topics.audit, systemClock),
  };
}

async function list(flags: { all?: boolean; json?: boolean; check?: boolean }): Promise<void> {
  const { view, reader } = await open();
  await reader.stop();
  const { verdict, findings } = view;
  const { all = false } = flags;
  if (flags.json) printJson({ verdict, findings: all ? findings : findings.filter(isOpen) });
  else {
    const now = systemClock.now();
    print(verdictText(verdict, now));
    const listed = listText(findings, all, now);
    if (listed !== "") print(`\n${listed}`);
  }
  if (flags.check && findings.some(isOpen)) process.exitCode = EXIT.failure;
}

async function show(id: string, flags: { json?: boolean }): Promise<void> {
  const { view, reader, avro, topics } = await open();
  try {
    const finding = findingOf(view.findings, id);
    const records = [];
    for (const evidence of finding.evidence) {
      const record = await readEvidence(reader, avro, topics, evidence);
      records.push({ ...evidence, record: record ?? null });
    }
    if (flags.json) return printJson({ ...finding, evidence: records });
    print(factsText(finding));
    for (const { topic, partition, offset, record } of records) {
      print(`\n${topic}-${partition}@${offset}${record ? "" : " is not there any more."}`);
      if (record) printJson(record);
    }
  } finally {
    await reader.stop();
  }
}

async function resolve(
  ids: readonly string[],
  flags: { all?: boolean; reason?: string },
  command: { error(message: string): never },
): Promise<void> {
  if (ids.length === 0 && !flags.all)
    command.error("error: give the ids of findings, or --all for every open one");
  const reason = reasonOf(flags.reason);
  const { view, kafka, reader, topics } = await open();
  await reader.stop();
  const findings = toResolve(view.findings, flags.all ? undefined : ids);
  if (findings.length === 0) return print("There is no open finding.");
  const resolution: Resolution = { at: systemClock.now(), by: account(), reason };
  const producer = await kafka.producer();
  try {
    await producer.send(
      findings.map(({ id }) => ({
        topic: topics.audit,
        partition: 0,
        key: Buffer.from(AUDIT_KEYS.resolution + id),
        value: Buffer.from(JSON.stringify(resolution)),
      })),
    );
  } finally {
    await producer.close();
  }
  for (const { id } of findings) print(`resolved ${id} (${resolution.by}: ${reason})`);
}

/** Containers often run as a user without a name. */
function account(): string {
  try {
    return userInfo().username;
  } catch {
    return env["USER"] ?? `uid ${process.getuid?.() ?? "unknown"}`;
  }
}

const program = createProgram({
  name,
  description: "What the auditor found: readings that are lost, doubled, out of order or miscounted.",
  settings: [recordSettings, logSettings],
  examples: `  npm run audit                      the verdict, and what is open
  npm run audit -- list --all        also losses with a cause, and what was resolved
  npm run audit -- show <id>         one finding, with the records that show it
  npm run audit -- resolve <id> --reason "broker 2 was restored from a copy of Monday"`,
  env,
});

program
  .command("list", { isDefault: true })
  .description("the verdict and the open findings; without a command this one runs")
  .option("--all", "also losses with a known cause, and what was resolved")
  .option("--json", "for programs: verdict and findings as in schemas/audit.ts")
  .option("--check", "exit with 1 when there are open findings")
  .addHelpText(
    "after",
    "\nExamples:\n  npm run audit -- list --all\n  npm run --silent audit -- list --json --check",
  )
  .action(list);

program
  .command("show")
  .description("one finding with its numbers, and the records that show it, decoded")
  .argument("<id>", "npm run audit names it")
  .option("--json", "for programs")
  .addHelpText("after", "\nExample:\n  npm run audit -- show lost-dedup-40380-T1-1700000000-51")
  .action(show);

program
  .command("resolve")
  .description("say what came of open findings: they are kept, with the reason, and break the proof no more")
  .argument("[ids...]", "npm run audit names them")
  .option("--all", "every finding that is open now")
  .option("--reason <text>", "what was found out; it is shown with the finding from then on")
  .addHelpText(
    "after",
    `
It changes no reading. What is found afterwards is a new finding, also about the same device.

Example:
  npm run audit -- resolve lost-dedup-40380-T1-1700000000-51 --reason "offsets were reset by hand"`,
  )
  .action(resolve);

await runProgram(program);
