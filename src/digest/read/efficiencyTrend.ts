import type { CostTable } from '../../store/costTable.ts';
import type { HistoryReader } from '../../store/history.ts';
import type { TimeMs } from '../../model/time.ts';
import type { EfficiencyTrend } from '../../store/digests/digest.ts';
import { idleNano } from '../spend/idleChange.ts';
import { efficiencyOf, efficiencyOfAll } from '../../cost/report/efficiency.ts';
import { sumRows } from '../spend/sumRows.ts';
import { weekBefore, type Week } from '../../store/digests/week.ts';

const WEEKS = 8;

/** Efficiency and idle of the last eight weeks, as far as the history has them as a whole. */
export async function readEfficiencyTrend(
  reader: Pick<HistoryReader, 'costSeries'>,
  week: Week,
  timezone: string,
  begins: TimeMs,
): Promise<EfficiencyTrend> {
  const weeks = [week];
  while (weeks.length < WEEKS) weeks.unshift(weekBefore(weeks[0]!, timezone));
  const boundaries = [...weeks.map(({ start }) => start), week.end];
  const tables = await reader.costSeries({ boundaries, by: ['namespace'], namespaces: null });
  return {
    weeks: weeks.map(({ name, start }, index) => {
      const table = tables[index];
      const isWhole = start >= begins || index === weeks.length - 1;
      if (table === undefined || !isWhole)
        return { name, efficiency: null, idleShare: null, allocatedNano: 0, nodesNano: 0 };
      return { name, ...efficiencyOfTable(table) };
    }),
  };
}

function efficiencyOfTable(table: CostTable): Omit<EfficiencyTrend['weeks'][number], 'name'> {
  const rows = sumRows(table.rows, ({ namespace }) => namespace ?? '').map((row) => ({
    cost: row.cpuNano + row.ramNano,
    efficiency: efficiencyOf(row).efficiency,
  }));
  return {
    efficiency: efficiencyOfAll(rows),
    idleShare: table.nodesNano > 0 ? idleNano(table) / table.nodesNano : null,
    allocatedNano: rows.reduce((sum, { cost }) => sum + cost, 0),
    nodesNano: table.nodesNano,
  };
}
