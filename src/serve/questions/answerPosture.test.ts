import { expect, it } from 'vitest';
import { aPod, aSnapshot } from '../../../test/support/cost.ts';
import { configSchema } from '../../daemon/config/schema.ts';
import { loadThresholds } from '../../daemon/config/loadThresholds.ts';
import { KEPT_CLUSTER, keepCluster } from '../../detect/keptCluster.ts';
import { postureOfSnapshot } from '../../detect/posture/readInput.ts';
import { answerPosture } from './answerPosture.ts';

it('shows the cluster as a window kept it, with the time of that, and nothing before there is one', async () => {
  const kept = new Map<string, Uint8Array>();
  const detectors = new Map([[KEPT_CLUSTER.name, kept]]);
  const context = {
    reader: {
      status: async () => ({ watermark: null }),
      loadState: async () => ({ detectors }),
      workloadEvents: async () => [],
    },
    config: () => configSchema.parse({}),
    thresholds: () => loadThresholds([]),
    perWindow: (_: string, compute: () => Promise<unknown>) => compute(),
  };
  const ask = { namespaces: null, namespace: null };
  const before = await answerPosture(ask, context as never);
  expect(before).toMatchObject({ asOf: null, namespaces: [] });
  const snapshot = aSnapshot({ pods: [aPod({ name: 'web' })] });
  keepCluster(snapshot, () => postureOfSnapshot(snapshot, null), [], kept);
  const view = await answerPosture(ask, context as never);
  expect(view.asOf).toBe(snapshot.window.end);
  expect(view.namespaces.map(({ namespace }) => namespace)).toContain('shop');
});
