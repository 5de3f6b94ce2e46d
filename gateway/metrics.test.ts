import { Registry } from "prom-client";
import { expect, test } from "vitest";
import { gatewayMeter } from "./metrics.ts";

test("each hop has its rate and its delay; clocks that disagree are counted and not averaged", async () => {
  const registry = new Registry();
  const meter = gatewayMeter(registry);
  meter.published("forward", 100);
  meter.serialDelayed(4);
  meter.serialDelayed(-4);
  meter.delayed(40);
  meter.delayed(-40);
  meter.waited(400);
  const lines = (await registry.metrics()).split("\n");
  for (const line of [
    "gateway_readings_total 100",
    'gateway_publishes_total{kind="forward"} 1',
    'gateway_serial_delay_seconds_bucket{le="0.005"} 1',
    "gateway_serial_delay_seconds_sum 0.004",
    "gateway_serial_delay_negative_total 1",
    'gateway_edge_delay_seconds_bucket{le="0.05"} 1',
    "gateway_edge_delay_seconds_sum 0.04",
    "gateway_edge_delay_negative_total 1",
    'gateway_wait_seconds_bucket{le="0.5"} 1',
    "gateway_wait_seconds_count 1",
  ]) {
    expect(lines).toContain(line);
  }
  expect(lines).toContain('gateway_serial_delay_seconds_bucket{le="0.002"} 0');
  expect(meter.readings).toBe(100);
});

test("what is sampled is read when somebody asks", async () => {
  const registry = new Registry();
  const meter = gatewayMeter(registry);
  let now = 1;
  meter.sample("certificate_expiry_timestamp_seconds", () => now);
  now = 2;
  expect(await registry.metrics()).toContain("gateway_certificate_expiry_timestamp_seconds 2");
});
