import { existsSync } from "node:fs";
import { Command } from "commander";
import {
  homePasswords,
  renewAgentSecret,
  secretFilesOf,
} from "../../infra/runtime/security/agent-secrets.ts";
import { homeOf } from "../../infra/runtime/service/endpoints.ts";
import type { Environment } from "../../infra/runtime/service/environment.ts";
import { invalidSetting } from "../../infra/runtime/service/invalid-setting.ts";
import { fileOf } from "../../infra/runtime/service/setting-files.ts";
import { CodedError } from "../../schemas/errors.ts";
import { STATIONS } from "../../schemas/network/network.ts";
import { addCredential, shareCredential } from "./credentials.ts";
import { claimedIdentity, nameOf } from "./identity.ts";

const EXAMPLES = `
Examples:
  credentials add 40380                       a new password for a station's agent, printed once; the older one ends
  credentials add observer                    for a client that watches everything and says nothing
  credentials show observer                   the password that the first npm start made
  MQTT_CREDENTIALS_FILE=mqtt.json npm run gateway -- credentials add 40380   in a file of your own

Without MQTT_CREDENTIALS_FILE it is about the home's own files (secrets/, made by npm start); agents of the same home find
their new password there. A gateway reads its file again when it changes.`;

/** `gateway credentials …`: passwords of agents and observers. */
export function credentialsCommand(env: Environment): Command {
  const add = new Command("add")
    .description("Make a password for a station's agent (its id) or for `observer`; an older one ends.")
    .argument("<name>", "a station id, for example 40380, or observer")
    .action(async (text: string) => {
      const name = known(text);
      const home = homeOf(env);
      const file = env["MQTT_CREDENTIALS_FILE"];
      const own = !file && existsSync(secretFilesOf(home).credentials);
      const password = own ? await renewAgentSecret(home, name) : await addCredential(namedFile(env), name);
      process.stdout.write(`${password}\n`);
    });
  const show = new Command("show")
    .description("Print a password of the home's own, which npm start made.")
    .argument("<name>", "a station id, for example 40380, or observer")
    .action((text: string) => {
      const name = known(text);
      const home = homeOf(env);
      const password = homePasswords(home)(name);
      if (password === undefined) {
        throw new CodedError("USAGE", {
          message: `${secretFilesOf(home).passwords} has no password of ${name}: npm start makes them`,
          retryable: false,
        });
      }
      process.stdout.write(`${password}\n`);
    });
  const share = new Command("share")
    .description("Give the agents of all stations one password, for a system whose agents run in one place.")
    .argument("<file>", "holds the password, on its first line")
    .action(async (passwordFile: string) => {
      const [password = ""] = fileOf("<file>", passwordFile).toString("utf8").split("\n");
      if (password === "") {
        throw new CodedError("USAGE", { message: `${passwordFile} holds no password`, retryable: false });
      }
      const names = STATIONS.map(({ id }) => String(id));
      await shareCredential(namedFile(env), names, password);
      process.stdout.write(`${names.length} agents have this password now\n`);
    });
  return new Command("credentials")
    .description("Passwords of agents and observers.")
    .addHelpText("after", EXAMPLES)
    .addCommand(add)
    .addCommand(show)
    .addCommand(share);
}

/** @throws {CodedError} USAGE */
function known(name: string): string {
  const identity = claimedIdentity(name, name, false);
  if (identity) return nameOf(identity);
  throw new CodedError("USAGE", {
    message: `"${name}" is neither a station id of five digits nor observer`,
    retryable: false,
  });
}

/** @throws {CodedError} CONFIG_INVALID */
function namedFile(env: Environment): string {
  const file = env["MQTT_CREDENTIALS_FILE"];
  if (file) return file;
  throw invalidSetting(
    "MQTT_CREDENTIALS_FILE",
    "is not set: name a file, for example MQTT_CREDENTIALS_FILE=credentials.json (the home's own is made by npm start)",
  );
}
