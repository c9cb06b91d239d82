import { writeFileSync } from 'node:fs';
import { afterAll, expect, it } from 'vitest';
import { aPod, aSnapshot } from '../../test/support/cost.ts';
import { goodObjects, goodPodSpec } from '../../test/support/posture/posture.ts';
import { rawPod } from '../../test/support/specs.ts';
import { TempFolder } from '../../test/support/tempFolder.ts';
import { configSchema } from '../daemon/config/schema.ts';
import { KEPT_CLUSTER, keepCluster } from '../detect/keptCluster.ts';
import { postureOfSnapshot } from '../detect/posture/readInput.ts';
import { HOUR_MS } from '../model/time.ts';
import { emptyState } from '../store/cycleState.ts';
import type { CommandContext } from './options.ts';
import { presentObjects } from './presentCluster.ts';

const folder = new TempFolder();
afterAll(() => folder[Symbol.dispose]());

const file = folder.file('specs.json');
const listed = rawPod({ name: 'listed', namespace: 'shop', uid: 'a' });
writeFileSync(file, JSON.stringify({ kind: 'List', items: [listed] }));
const prometheus = { url: 'http://127.0.0.1:1', attempts: 1 };
const workloads = { source: 'file', path: file };
const config = configSchema.parse({ cluster: 'test', prometheus, workloads });
const context = { loaded: { config }, log: { warn: () => undefined } } as unknown as CommandContext;

const pods = [aPod({ name: 'kept', spec: goodPodSpec() })];
const snapshot = aSnapshot({ pods, objects: goodObjects() });
const kept = new Map<string, Uint8Array>();
keepCluster(snapshot, () => postureOfSnapshot(snapshot, null), [], kept);

/** Names of the pods that a command knows so many hours after the last window. */
async function podsKnown(hours: number, offline = false, rows = kept) {
  const detectors = new Map([[KEPT_CLUSTER.name, rows]]);
  const reader = { loadState: async () => ({ ...emptyState(), detectors }) };
  const now = () => snapshot.window.end + hours * HOUR_MS;
  const present = await presentObjects(reader, { offline }, context, { now });
  return present?.pods.map(({ name }) => name) ?? null;
}

it('is the one that the daemon kept while that is fresh, else the one of the sources', async () => {
  expect(await podsKnown(1)).toEqual(['kept']);
  expect(await podsKnown(3)).toEqual(['listed']);
  expect(await podsKnown(1, false, new Map())).toEqual(['listed']);
});

it('is never asked for offline', async () => {
  expect(await podsKnown(1, true)).toEqual(['kept']);
  // Autoscalers of days ago would count as those of now.
  expect(await podsKnown(100, true)).toBeNull();
  expect(await podsKnown(1, true, new Map())).toBeNull();
});
