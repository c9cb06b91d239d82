import type { Amounts } from '../../model/podHold.ts';
import { FREE_RESOURCES, metricName } from '../../model/resources.ts';
import type { Reading } from '../../model/reading.ts';

const QUANTITY = /^([+-]?(?:\d+\.?\d*|\.\d+))(?:([eE][+-]?\d+)|([numkMGTPE]|[KMGTPE]i)?)$/;

const SUFFIXES: Readonly<Record<string, number>> = {
  n: 1e-9,
  u: 1e-6,
  m: 1e-3,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  P: 1e15,
  E: 1e18,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
  Pi: 2 ** 50,
  Ei: 2 ** 60,
};

/** A Kubernetes quantity (`250m`, `1.5Gi`, `1e3`, `2`) in cores, bytes or counts; unknown when it is none. */
export function parseQuantity(text: unknown): Reading {
  if (typeof text === 'number') return Number.isFinite(text) ? text : null;
  if (typeof text !== 'string') return null;
  const match = QUANTITY.exec(text.trim());
  if (match === null) return null;
  const [, digits = '', exponent, suffix] = match;
  if (exponent !== undefined) return Number(digits + exponent);
  // 100m is 0.1 and not 0.1000…1: dividing by a whole number rounds correctly.
  if (suffix === 'm') return Number(digits) / 1e3;
  return Number(digits) * (suffix === undefined ? 1 : (SUFFIXES[suffix] ?? Number.NaN));
}

/** A list of resources (`{cpu: 250m, memory: 1Gi}`) as numbers; entries that do not parse are left out. */
export function parseQuantities(resources: unknown): Readonly<Record<string, number>> {
  const parsed: Record<string, number> = {};
  if (typeof resources !== 'object' || resources === null) return parsed;
  const entries = Object.entries(resources).sort(([a], [b]) => (a < b ? -1 : 1));
  for (const [name, text] of entries) {
    const quantity = parseQuantity(text);
    if (quantity !== null) parsed[name] = quantity;
  }
  return parsed;
}

const FREE = new RegExp(`^(?:${FREE_RESOURCES})$`);

/** The same, each resource named as kube-state-metrics names it, without those that cost nothing. */
export function metricAmounts(resources: unknown): Amounts {
  const entries = Object.entries(parseQuantities(resources));
  const named = entries.map(([name, amount]) => [metricName(name), amount] as const);
  return Object.fromEntries(named.filter(([name]) => !FREE.test(name)));
}
