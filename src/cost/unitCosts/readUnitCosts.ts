import { z } from 'zod';
import type { Given } from '../../model/given.ts';
import type { UnitCostConfig } from '../../collect/unitCosts.ts';
import { fromNano } from '../../model/money.ts';
import { ceilTo, floorTo, formatTime, HOUR_MS, type Span } from '../../model/time.ts';
import type { HistoryReader } from '../../store/history.ts';
import { UNIT_COSTS, type UnitDay } from './unitDays.ts';

const money = z.number().describe('in `currency`');

/** What a unit cost over a span, beside the span before; money in the configured currency. */
export const unitCostSchema = z.object({
  name: z.string(),
  per: z.number(),
  unit: z.string(),
  namespaces: z.array(z.string()).describe('whose cost; empty: everything, idle included'),
  units: z.number(),
  cost: money.describe('of the time in which the units were known'),
  unitCost: money.nullable().describe('of `per` units; null without units'),
  previousUnitCost: money.nullable(),
  changeShare: z.number().nullable(),
  coverage: z.number().min(0).max(1).describe('share of the window in which units were known'),
  hours: z.array(z.object({ start: z.iso.datetime(), units: z.number(), cost: money })),
});

export type UnitCost = Given<z.output<typeof unitCostSchema>>;

/** Reads unit costs by whole hours: of the configuration's list, in its order. */
export async function readUnitCosts(
  reader: Pick<HistoryReader, 'loadState' | 'status'>,
  configured: readonly UnitCostConfig[],
  asked: Span,
): Promise<{ readonly window: Span; readonly unitCosts: readonly UnitCost[] }> {
  const { watermark } = await reader.status();
  const to = ceilTo(Math.min(asked.to, watermark ?? asked.to), HOUR_MS);
  const window = { from: Math.min(floorTo(asked.from, HOUR_MS), to), to };
  const before = { from: window.from - (window.to - window.from), to: window.from };
  const { detectors } = await reader.loadState(new Map([[UNIT_COSTS.name, UNIT_COSTS]]));
  const days = [...(detectors.get(UNIT_COSTS.name) ?? new Map()).values()] as readonly UnitDay[];
  const unitCosts = configured.map((config) => {
    const own = days.filter(({ name }) => name === config.name);
    const now = sumOf(own, window);
    const earlier = sumOf(own, before);
    const unitCost = perUnits(now, config.per.count);
    const previousUnitCost = perUnits(earlier, config.per.count);
    return {
      name: config.name,
      per: config.per.count,
      unit: config.per.unit,
      namespaces: config.namespaces,
      units: now.units,
      cost: fromNano(now.nano),
      unitCost,
      previousUnitCost,
      changeShare:
        unitCost === null || previousUnitCost === null || previousUnitCost === 0
          ? null
          : unitCost / previousUnitCost - 1,
      coverage: window.to > window.from ? Math.min(1, now.ms / (window.to - window.from)) : 0,
      hours: now.hours,
    };
  });
  return { window, unitCosts };
}

interface Sum {
  readonly units: number;
  readonly nano: number;
  readonly ms: number;
  readonly hours: UnitCost['hours'];
}

function sumOf(days: readonly UnitDay[], { from, to }: Span): Sum {
  const inside = days
    .toSorted((a, b) => a.day - b.day)
    .flatMap(({ day, hours }) =>
      hours.flatMap((hour, index) => {
        const start = day + index * HOUR_MS;
        return hour === null || start < from || start >= to ? [] : [{ ...hour, start }];
      }),
    );
  const total = (of: (hour: (typeof inside)[number]) => number) =>
    inside.reduce((sum, hour) => sum + of(hour), 0);
  return {
    units: total(({ units }) => units),
    nano: total(({ nano }) => nano),
    ms: total(({ ms }) => ms),
    hours: inside.map(({ start, units, nano }) => ({
      start: formatTime(start),
      units,
      cost: fromNano(nano),
    })),
  };
}

function perUnits({ units, nano }: Sum, per: number): number | null {
  return units > 0 ? (fromNano(nano) / units) * per : null;
}
