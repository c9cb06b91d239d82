import { putNew } from '../src/engines/sql/db.ts';
import { MetaTable } from '../src/engines/sql/metaTable.ts';
import { Dictionary } from '../src/engines/sql/dictionary.ts';
import { createRowTables } from '../src/engines/sql/writerTables.ts';
import type { PageCodec } from '../src/store/pages/pageCodec.ts';
import { DAYS, pageCodecs, slotOf } from '../src/store/pages/levels.ts';
import { DAY_MS, monthStart, nextMonth, type TimeMs } from '../src/model/time.ts';
import { WINDOW_MS } from '../test/support/madeUpWindows.ts';
import { openTables, openWriter } from './engine.ts';

/** Where the large histories of the benches begin. */
export const START = Date.UTC(2026, 7, 1);
/** Keys whose pages are made and stored together. */
const AT_ONCE = 5_000;

export interface BigHistory {
  readonly days: number;
  readonly containers: number;
  /** The hours of so many last days are kept too, as a shorter retention leaves them; all by default. */
  readonly hourDays?: number;
}

/**
 * Makes a history of hours and days as windows would leave them: three containers a workload, 100 namespaces, 25
 * containers a node, every hour with other values.
 *
 * @returns its end
 */
export async function buildHistory(path: string, history: BigHistory): Promise<TimeMs> {
  const { days, containers, hourDays = days } = history;
  await (await openWriter(path)).close();
  const database = await openTables(path);
  const { db } = database;
  const end = START + days * DAY_MS;
  const hoursFrom = end - hourDays * DAY_MS;
  const tables = createRowTables(db, WINDOW_MS);
  const meta = new MetaTable(db);
  await database.write(async () => {
    const windows = Array.from({ length: (days * DAY_MS) / WINDOW_MS }, (_, index) => ({
      start: START + index * WINDOW_MS,
      coverage: 1,
      complete: 1,
      muted: 0,
      problems: '[]',
      config_hash: '',
      observed: '{}',
    }));
    await putNew(db, 'windows', ['start'], ...windows);
    meta.set('watermark', end);
    meta.set('history_start', START + WINDOW_MS);
    meta.set('windows_from', end);
    meta.set('hours_from', hoursFrom);
    await meta.flush();
  });
  const labelSets = new Dictionary(db, 'label_sets', ['labels']);
  const codecs = pageCodecs(WINDOW_MS);
  const costs = { key: 'key', hours: codecs.costHours, days: codecs.costDays, table: 'cost' };
  const nodes = { key: 'node', hours: codecs.nodeHours, days: codecs.nodeDays, table: 'node' };
  const nodeCount = Math.ceil(containers / 25);
  for (let from = 0; from < containers; from += AT_ONCE) {
    const indexes = Array.from(
      { length: Math.min(AT_ONCE, containers - from) },
      (_, at) => from + at,
    );
    const keys = await database.write(async () => {
      const labels = await labelSets.ids(['a', 'b', 'c'].map((team) => [JSON.stringify({ team })]));
      return tables.costKeys(indexes.map((index) => containerOf(index, nodeCount, labels)));
    });
    await store(costs, keys);
  }
  const names = Array.from({ length: nodeCount }, (_, node) => `node-${node}`);
  const ids = await database.write(async () => {
    await tables.knowNodes(names);
    const numbers: number[] = [];
    for (const name of names) numbers.push(await tables.nodeId(name, undefined, START));
    await tables.flush();
    return numbers;
  });
  await store(nodes, ids);
  await database.close();
  return end;

  async function store(level: Level, keys: readonly number[]): Promise<void> {
    for (let month = monthStart(START); month < end; month = nextMonth(month)) {
      await database.reach([month]);
      await database.write(async () => {
        const daysOfMonth = keys.map((key) => ({ key, page: level.days.empty() }));
        for (
          let day = Math.max(month, START);
          day < Math.min(nextMonth(month), end);
          day += DAY_MS
        ) {
          const { slot } = slotOf(DAYS, day);
          const rows = daysOfMonth.map(({ key, page }) => {
            const seed = key + day / DAY_MS;
            page.present[slot] = 1;
            if (day < hoursFrom) {
              fillSlot(level.days, page.values, slot, seed, 24);
              return null;
            }
            const hours = level.hours.empty();
            hours.present.fill(1);
            for (let hour = 0; hour < 24; hour += 1)
              fillSlot(level.hours, hours.values, hour, seed);
            addDay(level.days, hours.values, page.values, slot);
            return { day, [level.key]: key, page: level.hours.encode(hours) };
          });
          await putNew(
            db,
            `${level.table}_hours`,
            ['day', level.key],
            ...rows.filter((row) => row !== null),
          );
        }
        const packed = daysOfMonth.map(({ key, page }) => ({
          month,
          [level.key]: key,
          page: level.days.encode(page),
        }));
        await putNew(db, `${level.table}_days`, ['month', level.key], ...packed);
      });
    }
  }
}

/** A kind of pages: by cost key or by node. */
interface Level {
  readonly table: string;
  readonly key: string;
  readonly hours: PageCodec;
  readonly days: PageCodec;
}

function containerOf(index: number, nodes: number, labels: readonly number[]) {
  const workload = Math.floor(index / 3);
  return {
    namespace: `ns-${workload % 100}`,
    kind: 'Deployment',
    name: `app-${workload}`,
    container: 'app',
    node: `node-${index % nodes}`,
    label_set: labels[workload % 3]!,
    owner: `team-${workload % 20}`,
    image: `registry.example/app-${workload}:1`,
  };
}

/** Values that change from slot to slot as usage and its cost do: none of them packs to nothing. */
function fillSlot(
  { columns }: PageCodec,
  values: Float64Array,
  slot: number,
  seed: number,
  hours = 1,
): void {
  const swing = 1 + 0.3 * Math.sin(seed + slot / 4) + ((seed * 31 + slot * 17) % 97) / 300;
  for (let column = 0; column < columns.length; column += 1) {
    const value = column % 4 === 3 ? 0 : Math.round(2.5e8 * hours * swing * (1 + column));
    values[slot * columns.length + column] = value;
  }
}

/** Adds up the hours of a day in its slot of the month. */
function addDay(
  { columns }: PageCodec,
  hours: Float64Array,
  days: Float64Array,
  slot: number,
): void {
  for (const [column, { merge }] of columns.entries()) {
    let sum = 0;
    for (let at = column; at < hours.length; at += columns.length)
      sum = merge === 'sum' ? sum + hours[at]! : Math.max(sum, hours[at]!);
    days[slot * columns.length + column] = sum;
  }
}
