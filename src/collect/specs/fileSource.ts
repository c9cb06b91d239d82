import type { DataProblem } from '../../model/snapshot.ts';
import { formatTime, HOUR_MS, WEEK_MS, type TimeMs } from '../../model/time.ts';
import { RESOURCES, resourceName, type ResourceKind } from '../kubernetes/resources.ts';
import { emptyInventory, type Inventory, type SpecSource } from './inventory.ts';
import { InventoryBuilder } from './inventoryBuilder.ts';
import { parseObjects, SpecFileError } from './parseObjects.ts';
import { statOf, textOf } from './specFile.ts';

/** How long before it was written a file's objects count as the state of the cluster. */
const BEFORE_MS = 2 * HOUR_MS;
/** And how long after: an older file says nothing of the present. */
const AFTER_MS = WEEK_MS;
/** Objects that cannot be read and are named one by one; of more only the number is told. */
const NAMED_ITEMS = 3;

/** Reads specifications from a file, again whenever it has changed. */
export function createFileSource(path: string): SpecSource {
  let last: { readonly version: string; readonly inventory: Inventory } | null = null;
  return {
    async read(now, signal) {
      signal.throwIfAborted();
      try {
        const { mtimeMs, size } = await statOf(path);
        const version = `${mtimeMs}/${size}`;
        if (last?.version !== version) {
          last = { version, inventory: await readSpecFile(path, Math.floor(mtimeMs)) };
        }
        return withAge(last.inventory, path, now);
      } catch (error) {
        if (!(error instanceof SpecFileError)) throw error;
        return broken(last?.inventory ?? emptyInventory(now), error, now);
      }
    },
    async close() {},
  };
}

/**
 * What a file says of the cluster. The moment of a file is its time of modification.
 * @throws SpecFileError naming the file, the item and the cure.
 */
export async function readSpecFile(path: string, observedAt: TimeMs): Promise<Inventory> {
  const items = parseObjects(await textOf(path), path);
  const builder = new InventoryBuilder();
  const bad: string[] = [];
  for (const { object, place } of items) {
    try {
      builder.add(object);
    } catch (error) {
      bad.push(
        `${place} ${error instanceof TypeError ? 'is malformed' : (error as Error).message}`,
      );
    }
  }
  const missing = RESOURCES.filter((one) => !builder.seen.has(resourceName(one)));
  return builder.build({
    observedAt,
    validFrom: observedAt - BEFORE_MS,
    validTo: observedAt + AFTER_MS,
    missing: missing.map(resourceName),
    problems: [
      ...missing.filter((one) => isSurelyThere(one, builder)).map(notInFile),
      ...unread(bad, path),
    ],
  });

  function notInFile(one: ResourceKind): DataProblem {
    const name = resourceName(one);
    return {
      code: 'resource-absent',
      subject: name,
      text: `${path} holds no ${name}, and without them ${one.without}: add ${name} to kubectl get`,
    };
  }
}

/**
 * A file does not say what kubectl was asked for: a kind of which it holds nothing may not exist. But every
 * cluster has these, and what pods name as their controller exists.
 */
function isSurelyThere({ kind }: ResourceKind, { pods }: InventoryBuilder): boolean {
  if (kind === 'Pod' || kind === 'Node' || kind === 'Namespace') return true;
  return [...pods.values()].some(({ owner }) => owner?.kind === kind);
}

function unread(bad: readonly string[], path: string): readonly DataProblem[] {
  if (bad.length === 0) return [];
  const more = bad.length > NAMED_ITEMS ? ` and ${bad.length - NAMED_ITEMS} more` : '';
  return [
    {
      code: 'bad-values',
      subject: 'workloads.path',
      text: `${path}: ${bad.slice(0, NAMED_ITEMS).join('; ')}${more}. They are left out; write the file with kubectl get … -o json`,
    },
  ];
}

/** A file that is too old to be the present says so instead of staying silent. */
function withAge(inventory: Inventory, path: string, now: TimeMs): Inventory {
  if (now <= inventory.validTo) return inventory;
  const text = `${path} is of ${formatTime(inventory.observedAt)}: its autoscalers, quotas and replicas say nothing of the present; write it again`;
  return saying(inventory, { code: 'source-unavailable', subject: 'workloads.path', text }, now);
}

/** The pods that an earlier reading told of stay what they were. */
function broken(before: Inventory, { message }: SpecFileError, now: TimeMs): Inventory {
  return saying(
    before,
    { code: 'source-unavailable', subject: 'workloads.path', text: message },
    now,
  );
}

function saying(inventory: Inventory, problem: DataProblem, now: TimeMs): Inventory {
  const missing = RESOURCES.map(resourceName);
  return {
    ...inventory,
    validFrom: now - BEFORE_MS,
    validTo: now + BEFORE_MS,
    objects: {
      ...emptyInventory(inventory.observedAt).objects,
      missing,
      nodes: inventory.objects.nodes,
    },
    problems: [problem],
  };
}
