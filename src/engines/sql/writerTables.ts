import { PageBuffer, type OpenSlots, type PageRows } from '../../store/pages/pageBuffer.ts';
import type { PageCodec } from '../../store/pages/pageCodec.ts';
import { pageCodecs } from '../../store/pages/levels.ts';
import type { RollUpTables } from '../../store/rollUp/rollUp.ts';
import type { WindowTables } from '../../store/rollUp/windowPages.ts';
import { ContainerTable } from './containerTable.ts';
import { raw, inNumbers, type Db } from './db.ts';
import { Dictionary } from './dictionary.ts';
import { NodeRows } from './nodeTable.ts';
import { openSlots } from './usagePages.ts';

const COST_KEY = [
  'namespace',
  'kind',
  'name',
  'container',
  'node',
  'label_set',
  'owner',
  'image',
] as const;

/** Cost keys that are held in memory, some tens of megabytes. */
const MAX_KEYS = 50_000;

/** The tables that windows and roll-ups are written to, on one connection. */
export interface RowTables extends WindowTables, RollUpTables {
  /** Hours that have to be rolled up again, because the owner of a pod became known. */
  takeReattributed(): readonly number[];
  /** Writes all pages that changed. */
  flush(): Promise<void>;
  /** Drops everything held in memory: what a rolled back transaction had put there is not in the file. */
  forget(): void;
  /** Keeps only what the next window will need: the pages of its hour and the running pods. */
  forgetBefore(hour: number): void;
}

export function createRowTables(db: Db, windowMs: number): RowTables {
  const codecs = pageCodecs(windowMs);
  const labelSets = new Dictionary(db, 'label_sets', ['labels']);
  const reasons = new Dictionary(db, 'reasons', ['text']);
  const costKeys = new Dictionary(db, 'cost_keys', COST_KEY);
  const containers = new ContainerTable(db, labelSets);
  const nodes = new NodeRows(db);
  const windows = {
    usage: pageBuffer(db, 'usage_pages', ['hour', 'container'], codecs.usage, openSlots(db), true),
    nodes: pageBuffer(db, 'node_windows', ['hour', 'node'], codecs.nodes),
  };
  const rolledUp = {
    costHours: pageBuffer(db, 'cost_hours', ['day', 'key'], codecs.costHours),
    costDays: pageBuffer(db, 'cost_days', ['month', 'key'], codecs.costDays),
    nodeHours: pageBuffer(db, 'node_hours', ['day', 'node'], codecs.nodeHours),
    nodeDays: pageBuffer(db, 'node_days', ['month', 'node'], codecs.nodeDays),
  };
  const buffers = [...Object.values(windows), ...Object.values(rolledUp)];
  return {
    ...windows,
    ...rolledUp,
    containerId: async (pod, container, inherits, hour) =>
      (await containers.row(pod, container, inherits, hour)).id,
    unattachedId: async (namespace, kind, name, hour) =>
      (await containers.unattached(namespace, kind, name, hour)).id,
    containers: (ids) => containers.byIds(ids),
    knowPods: (pods, inherits) => containers.know(pods, inherits),
    knowNodes: (names) => nodes.know(names),
    costKeys: (rows) => costKeys.ids(rows.map((row) => COST_KEY.map((column) => row[column]))),
    nodeId: (name, sample, hour) => nodes.nodeId(name, sample, hour),
    priceId: (price) => nodes.priceId(price),
    reasonId: (text) => reasons.id(text),
    takeReattributed: () => containers.takeReattributed(),
    flush: async () => {
      await containers.flush();
      await nodes.flush();
      for (const buffer of buffers) await buffer.flush();
    },
    forget: () =>
      [...buffers, containers, nodes, labelSets, reasons, costKeys].forEach((held) =>
        held.forget(),
      ),
    forgetBefore: (hour) => {
      for (const buffer of Object.values(rolledUp)) buffer.forget();
      containers.forgetBefore(hour);
      if (costKeys.size > MAX_KEYS) costKeys.forget();
    },
  };
}

/**
 * @param columns names of the bucket's and the key's column.
 * @param slots where the table's buckets are filled slot by slot.
 * @param inBlocks where the pages of neighbouring keys are stored together.
 */
function pageBuffer(
  db: Db,
  table: string,
  [bucket, key]: readonly [string, string],
  codec: PageCodec,
  slots: OpenSlots | null = null,
  inBlocks = false,
): PageBuffer {
  const pages: PageRows = {
    load: (at) =>
      db.all`SELECT ${raw(key)} AS key, page FROM ${raw(table)} WHERE ${raw(bucket)} = ${at}`,
    put: (at, rows) => {
      const stored = rows.map((row) => ({ [bucket]: at, [key]: row.key, page: row.page }));
      return db.store(table, [bucket, key], stored, 'new');
    },
    remove: async (at, keys) => {
      if (keys.length > 0)
        await db.run`DELETE FROM ${raw(table)} WHERE ${raw(bucket)} = ${at}
    AND ${raw(key)} ${inNumbers(keys)}`;
    },
  };
  return new PageBuffer(codec, pages, slots, inBlocks);
}
