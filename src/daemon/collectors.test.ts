import { expect, it } from 'vitest';
import { aFinding } from '../../test/support/notify/findings.ts';
import { aSnapshot } from '../../test/support/cost.ts';
import { TempHistory } from '../../test/support/tempHistory.ts';
import type { Collector } from '../collect/collector.ts';
import type { Finding } from '../model/finding.ts';
import { HOUR_MS, MINUTE_MS, type Window } from '../model/time.ts';
import { configSchema } from './config/schema.ts';
import { withElsewhere } from './collectors.ts';

const START = Date.UTC(2026, 10, 30);
const windowAt = (start: number): Window => ({ start, end: start + 5 * MINUTE_MS });
const WINDOWS = [windowAt(START), windowAt(START + HOUR_MS - 5 * MINUTE_MS)];

const collector = {
  collect: async (windows: readonly Window[]) => windows.map((window) => aSnapshot({ window })),
} as unknown as Collector;

const miner = (more: Partial<Finding>): Finding =>
  aFinding({
    cluster: 'prod-us',
    cause: 'mining',
    severity: 'warning',
    image: 'registry.example/pause',
    firstSeen: START + 30 * MINUTE_MS,
    resolvedAt: null,
    ...more,
  });

it('tells the windows of the first cluster what looks like mining in the others, as of then', async () => {
  using temp = new TempHistory();
  const writer = await temp.openWriter('us');
  await writer.recordFindings(
    [
      miner({ id: 'open', fingerprint: 'open' }),
      miner({
        id: 'over',
        fingerprint: 'over',
        firstSeen: START - HOUR_MS,
        resolvedAt: START + 10 * MINUTE_MS,
      }),
      miner({ id: 'loop', fingerprint: 'loop', cause: 'busy-loop' }),
      miner({ id: 'accepted', fingerprint: 'accepted', state: 'accepted' }),
    ],
    [],
  );
  await writer.close();
  const { pricing } = configSchema.parse({});
  const fleet = [
    { cluster: 'prod-eu', path: temp.path('eu'), pricing },
    { cluster: 'prod-us', path: temp.path('us'), pricing },
    { cluster: 'prod-new', path: temp.path('new'), pricing },
  ];
  const seenBy = async (cluster: string, members = fleet) => {
    const config = { ...configSchema.parse({ cluster }), fleet: members };
    const { signal } = new AbortController();
    const snapshots = await withElsewhere(collector, config).collect(WINDOWS, {}, signal);
    return snapshots.map(({ suspectsElsewhere }) =>
      suspectsElsewhere?.map(({ cluster: where, findingId }) => `${where} ${findingId}`),
    );
  };
  expect(await seenBy('prod-eu')).toEqual([['prod-us over'], ['prod-us open']]);
  expect(await seenBy('prod-us')).toEqual([undefined, undefined]);
});
