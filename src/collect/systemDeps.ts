import { setTimeout as pause } from 'node:timers/promises';
import type { MetricsDeps } from './prometheusCollector.ts';
import type { SpecSourceDeps } from './specs/createSpecSource.ts';

/** What collecting needs from the machine; tests give their own. */
export interface CollectorDeps extends MetricsDeps, SpecSourceDeps {}

/** Real time, chance and environment. */
export const SYSTEM_DEPS: CollectorDeps = {
  random: Math.random,
  sleep: (ms, signal) => pause(ms, undefined, { signal }),
  now: Date.now,
  steady: () => performance.now(),
  env: process.env,
};
