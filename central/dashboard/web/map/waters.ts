import type { LatLon } from "../rules/projection.ts";

/** The lake's shore from north to south and the river's arms, roughly: for orientation only. */
export const SHORE: readonly LatLon[] = [
  { lat: 42.3, lon: -87.75 },
  { lat: 42.09, lon: -87.68 },
  { lat: 42.02, lon: -87.664 },
  { lat: 41.98, lon: -87.651 },
  { lat: 41.945, lon: -87.637 },
  { lat: 41.912, lon: -87.625 },
  { lat: 41.899, lon: -87.618 },
  { lat: 41.889, lon: -87.612 },
  { lat: 41.868, lon: -87.615 },
  { lat: 41.84, lon: -87.606 },
  { lat: 41.8, lon: -87.583 },
  { lat: 41.77, lon: -87.565 },
  { lat: 41.7, lon: -87.53 },
  { lat: 41.5, lon: -87.5 },
];

export const RIVER: readonly (readonly LatLon[])[] = [
  [
    { lat: 41.8885, lon: -87.612 },
    { lat: 41.8875, lon: -87.628 },
    { lat: 41.887, lon: -87.6375 },
  ],
  [
    { lat: 42.0, lon: -87.712 },
    { lat: 41.97, lon: -87.702 },
    { lat: 41.938, lon: -87.686 },
    { lat: 41.92, lon: -87.662 },
    { lat: 41.9, lon: -87.647 },
    { lat: 41.887, lon: -87.6375 },
    { lat: 41.876, lon: -87.636 },
    { lat: 41.857, lon: -87.6355 },
    { lat: 41.845, lon: -87.66 },
    { lat: 41.832, lon: -87.7 },
    { lat: 41.815, lon: -87.75 },
  ],
];
