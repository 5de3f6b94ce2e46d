// @ts-check
// What keeps a system from running here, and what to do about it. Node's built-ins only: runs before anything is set
// up, and with a Node that is too old, so what a newer one needs is loaded after that is known.
import { note, ok, problem, report } from "./doctor/finding.mjs";
import { SetupError } from "./setup/error.mjs";
import { checkNode, isSupportedNode, SUPPORTED_NODES } from "./setup/tools.mjs";

const HELP = `Usage: npm run doctor [-- options]

Looks at Node, Java, Maven, the ports and who holds them, disk, memory, limits of files and terminals, the clock, and
asks each service of the running system, or of the environment (KAFKA_BROKERS, POSTGRES_URL …), for an answer. Each
problem comes with its fix. Exit code 0: nothing is wrong, 1: something is, 2: wrong usage.

  --json   the findings as JSON
  --help   this text

Examples:
  npm run doctor
  npm run --silent doctor -- --json
  KAFKA_BROKERS=kafka-1:9092,kafka-2:9092 npm run doctor
`;

/** @param {string} version */
function nodeFinding(version) {
  try {
    checkNode(version);
    if (isSupportedNode(version)) return ok("Node", version);
    return note("Node", `${version}: the tests run with ${SUPPORTED_NODES.join(", ")}`);
  } catch (error) {
    if (error instanceof SetupError) return problem("Node", error.message, error.fix);
    throw error;
  }
}

/** @param {boolean} json */
async function main(json) {
  const node = nodeFinding(process.version);
  const others =
    node.level !== "problem" ? await (await import("./doctor/examine.mjs")).examine(process.env) : [];
  const findings = [node, ...others];
  process.stdout.write(json ? `${JSON.stringify(findings, null, 2)}\n` : report(findings));
  process.exitCode = findings.some(({ level }) => level === "problem") ? 1 : 0;
}

const args = process.argv.slice(2);
const unknown = args.find((arg) => !["--json", "--help", "-h"].includes(arg));
if (unknown !== undefined) {
  process.stderr.write(`There is no option ${unknown}.\n\n${HELP}`);
  process.exitCode = 2;
} else if (args.includes("--help") || args.includes("-h")) process.stdout.write(HELP);
else await main(args.includes("--json"));
