import { z } from 'zod';
import { configPart, uniqueNames } from '../config/configPart.ts';

/** Letters behind a number of units. */
const THOUSANDS = { '': 1, k: 1e3, M: 1e6, G: 1e9 } as const;
const PER = /^(?:(\d+(?:\.\d+)?)\s*([kMG]?)(?:\s+|$))?(.*)$/;

/** How many units a unit cost is of, and what they are called: `1M tokens`, `1000 requests`, `order`. */
export interface Per {
  readonly count: number;
  readonly unit: string;
}

function readPer(text: string): Per | null {
  const [, number = '1', letter = '', unit = ''] = PER.exec(text.trim()) ?? [];
  const count = Number(number) * THOUSANDS[letter as keyof typeof THOUSANDS];
  return Number.isFinite(count) && count > 0 ? { count, unit: unit.trim() } : null;
}

const per = z
  .union([z.number().positive().transform(String), z.string().max(60)])
  .default('1')
  .transform((text, context): Per => {
    const read = readPer(text);
    if (read !== null) return read;
    context.addIssue({
      code: 'custom',
      message: `"${text}" is no number of units: write order, 1000 requests or 1M tokens`,
    });
    return z.NEVER;
  });

const unitCost = z.strictObject({
  name: z.string().trim().min(1).max(100),
  /** Units a second: sum(rate(http_requests_total[$window])); `$window` is the length of a window. */
  promql: z.string().trim().min(1).max(4_000),
  per,
  /** Whose cost is divided; none means everything that the cluster costs, idle included. */
  namespaces: z.array(z.string().min(1)).default([]),
});

export type UnitCostConfig = z.output<typeof unitCost>;

/** The part under `unitCosts`. */
export const unitCostsPart = configPart(z.array(unitCost).max(50).default([]), uniqueNames);
