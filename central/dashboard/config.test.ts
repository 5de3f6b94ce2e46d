import { describe, expect, test } from "vitest";
import { readConfig } from "../../infra/runtime/service/config.ts";
import type { Environment } from "../../infra/runtime/service/environment.ts";
import { dashboardSettings } from "./config.ts";

const dashboardConfig = (env: Environment) => readConfig(dashboardSettings, env);

const elsewhere = { ELEVATED_HOME: "/nonexistent" };

describe("who may break things from the page", () => {
  test("is said only when asked for", () => {
    const { DEMO_CONTROLS, DEMO_TOKEN } = dashboardConfig(elsewhere);
    expect([DEMO_CONTROLS, DEMO_TOKEN]).toEqual([undefined, undefined]);
  });

  test("from anywhere needs a token, and one that is not guessed", () => {
    expect(() => dashboardConfig({ ...elsewhere, DEMO_CONTROLS: "1" })).toThrow(
      /DEMO_TOKEN is not set: .*give a token/,
    );
    expect(() => dashboardConfig({ ...elsewhere, DEMO_CONTROLS: "1", DEMO_TOKEN: "short" })).toThrow(
      /16 characters/,
    );
    const config = dashboardConfig({ ...elsewhere, DEMO_CONTROLS: "1", DEMO_TOKEN: "sixteen letters!" });
    expect(config).toMatchObject({ DEMO_CONTROLS: true, DEMO_TOKEN: "sixteen letters!" });
  });
});
