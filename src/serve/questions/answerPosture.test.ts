import { expect, it } from 'vitest';
import { goodInput } from '../../../test/support/posture/posture.ts';
import { configSchema } from '../../daemon/config/schema.ts';
import { loadThresholds } from '../../daemon/config/loadThresholds.ts';
import { answerPosture } from './answerPosture.ts';

it('says no time before a window is sealed, and shows the posture all the same', async () => {
  const context = {
    reader: {
      status: async () => ({ watermark: null }),
      loadState: async () => ({ detectors: new Map() }),
      workloadEvents: async () => [],
    },
    config: () => configSchema.parse({}),
    thresholds: () => loadThresholds([]),
    presentPosture: async () => goodInput(),
    perWindow: (_: string, compute: () => Promise<unknown>) => compute(),
  };
  const view = await answerPosture({ namespaces: null, namespace: null }, context as never);
  expect(view.asOf).toBeNull();
  expect(view.namespaces.length).toBeGreaterThan(0);
});
