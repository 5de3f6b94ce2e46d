import { expect, test } from "vitest";
import { ownServices, readCompose } from "../compose/compose-file.ts";
import { alertRules, metricsIn, panels, scraped } from "./names.ts";

test("an expression's metrics are told from its functions, labels and times", () => {
  const quantile =
    'histogram_quantile(0.5, sum by (le) (rate(a_seconds_bucket{job="x"}[1m]))) > 2 and on () b_total == 0';
  expect(metricsIn(quantile)).toEqual(["a_seconds_bucket", "b_total"]);
  expect(metricsIn("max by (slot) (c_lost) > 512 * 1024")).toEqual(["c_lost"]);
});

test("every alarm says what is wrong and what to do", () => {
  const rules = alertRules();
  expect(rules.length).toBeGreaterThan(5);
  expect(rules.filter(({ annotations }) => !annotations.summary || !annotations.action)).toEqual([]);
  expect(new Set(rules.map(({ alert }) => alert)).size).toBe(rules.length);
  expect(panels().every(({ targets }) => targets.length > 0)).toBe(true);
});

test("Prometheus asks services of the compose file, at their probes", () => {
  const compose = readCompose();
  const probed = ownServices(compose).filter(([, { healthcheck }]) => !healthcheck?.disable);
  expect(scraped().map((target) => target.split(":")[0])).toEqual(
    expect.arrayContaining(probed.map(([name]) => name)),
  );
  // One that is asked twice counts double in every sum.
  expect(new Set(scraped()).size).toBe(scraped().length);
  for (const target of scraped()) {
    const [name = "", port] = target.split(":");
    const { environment } = compose.services[name] ?? {};
    const values = Object.entries(environment ?? {});
    const listens = values.filter(([variable, value]) => /_PORT$/.test(variable) && value === Number(port));
    expect(listens, name).toHaveLength(1);
    // A probe on loopback would answer only inside its container.
    const host = listens[0]?.[0].replace(/PORT$/, "HOST") ?? "";
    expect(environment?.[host], name).toBe("0.0.0.0");
  }
});
