import { CollectError } from '../collector.ts';
import type { UnitCostConfig } from '../unitCosts.ts';
import type { PrometheusClient } from './client.ts';
import type { Grid } from './grid.ts';
import { promDuration } from './matchers.ts';

/** Units a second by the name of their unit cost; null where nothing answered. */
export type UnitRates = Readonly<Record<string, number | null>>;

/**
 * Asks for the units of each window, one range query for each unit cost. What an expression cannot answer is unknown,
 * and no window is less whole for it.
 * @throws CollectError where the call was aborted
 */
export async function fetchUnits(
  client: Pick<PrometheusClient, 'range'>,
  unitCosts: readonly Pick<UnitCostConfig, 'name' | 'promql'>[],
  grid: Grid,
  signal: AbortSignal,
): Promise<readonly UnitRates[]> {
  const rates = Array.from({ length: grid.points - 1 }, (): Record<string, number | null> => ({}));
  const window = promDuration(grid.stepSeconds * 1_000);
  for (const { name, promql } of unitCosts) {
    const values = await unitsOf(promql.replaceAll('$window', window), { client, grid, signal });
    rates.forEach((rate, index) => (rate[name] = values[index] ?? null));
  }
  return rates;
}

async function unitsOf(
  promql: string,
  asking: {
    readonly client: Pick<PrometheusClient, 'range'>;
    readonly grid: Grid;
    readonly signal: AbortSignal;
  },
): Promise<readonly (number | null)[]> {
  const { client, grid, signal } = asking;
  const span = { grid, from: 1, to: grid.points - 1 };
  try {
    const { series } = await client.range(promql, span, signal);
    return Array.from({ length: grid.points - 1 }, (_, index) => {
      const known = series.flatMap(({ values }) => {
        const value = values[index + 1] ?? Number.NaN;
        return Number.isFinite(value) && value >= 0 ? [value] : [];
      });
      return known.length === 0 ? null : known.reduce((sum, value) => sum + value, 0);
    });
  } catch (error) {
    if (error instanceof CollectError && error.code !== 'aborted') return [];
    throw error;
  }
}
