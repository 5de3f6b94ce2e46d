import { Argument, Command } from "commander";
import { expect, test } from "vitest";
import { refuseUnknownCommand } from "./commands.ts";

function asked(...words: string[]): () => void {
  const program = new Command("ksql").exitOverride().configureOutput({ writeErr() {} });
  program.command("apply");
  program.command("config");
  return () => refuseUnknownCommand(program, words);
}

test("a misspelt command is answered with the nearest one, and 2", () => {
  expect(asked("aply")).toThrow("there is no command 'aply': did you mean apply?");
  expect(asked("aply")).toThrow(expect.objectContaining({ exitCode: 2 }));
  expect(asked("zebra")).toThrow("there are apply, config, help");
});

test("a misspelt choice of the program's own argument is answered likewise; an argument that may be anything is not", () => {
  const program = new Command("gateway").exitOverride().configureOutput({ writeErr() {} });
  program.command("credentials");
  program.addArgument(new Argument("[services...]").choices(["mqtt", "http"]));
  expect(() => refuseUnknownCommand(program, ["mqt"])).toThrow("did you mean mqtt?");
  expect(() => refuseUnknownCommand(program, ["mqtt", "http"])).not.toThrow();
  expect(() => refuseUnknownCommand(new Command("connect").argument("[name]"), ["any"])).not.toThrow();
});

test("no command, one that is there and an option are left to commander", () => {
  for (const words of [[], ["apply", "file"], ["--help"], ["help"]]) expect(asked(...words)).not.toThrow();
});
