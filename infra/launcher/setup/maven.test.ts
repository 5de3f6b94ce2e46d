import { describe, expect, test } from "vitest";
import { mavenEnvironment } from "./maven.mjs";

describe("a user's home, which Java takes from the account", () => {
  test("is left to Java where there is an account", () => {
    const env = mavenEnvironment({ HOME: "/elsewhere", MAVEN_OPTS: "-Xmx1g" }, true, "/project/.toolchain");
    expect(env).toEqual({ MAVEN_OPTS: "-Xmx1g -Djansi.noreset=true", LC_ALL: "C.UTF-8" });
  });

  test.each([
    [{ HOME: "/home/a b" }, ' "-Duser.home=/home/a b"'],
    [{ HOME: '/home/"q"', JDK_JAVA_OPTIONS: "-Xmx1g" }, "-Xmx1g '-Duser.home=/home/\"q\"'"],
    [{}, ' "-Duser.home=/project/.toolchain"'],
    [{ HOME: "" }, ' "-Duser.home=/project/.toolchain"'],
  ])("is named where there is none: %j", (env, options) => {
    expect(mavenEnvironment(env, false, "/project/.toolchain")["JDK_JAVA_OPTIONS"]).toBe(options);
  });
});
