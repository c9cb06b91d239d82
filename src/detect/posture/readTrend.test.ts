import { expect, it } from 'vitest';
import { madeUpWindows, SMALL_CLUSTER } from '../../../test/support/madeUpWindows.ts';
import { TempHistory } from '../../../test/support/tempHistory.ts';
import { openHistoryReader } from '../../engines/openHistory.ts';
import { DAY_MS } from '../../model/time.ts';
import { evaluatePosture } from './evaluate.ts';
import { postureDetector } from './postureDetector.ts';
import type { PostureState } from './postureState.ts';
import { readPosturePast } from './readTrend.ts';
import { renderPosture } from './renderPosture.ts';
import { goodInput } from '../../../test/support/posture/posture.ts';

const START = Date.UTC(2026, 10, 2);

it('the trend comes from the history, and the change of a week into the table', async () => {
  using temp = new TempHistory();
  const trend = Array.from({ length: 10 }, (_, day) => ({
    day: START + day * DAY_MS,
    score: day < 3 ? 80 : 96,
    known: 1,
  }));
  const row: PostureState = { reference: {}, trend, fellAt: null, reported: {} };
  const writer = await temp.openWriter();
  await writer.loadState(new Map([[postureDetector.name, postureDetector]]));
  const [window] = madeUpWindows(SMALL_CLUSTER, START, 1);
  const detectors = new Map([[postureDetector.name, new Map([['shop', row]])]]);
  await writer.recordWindows([{ ...window!, change: { ...window!.change, detectors } }]);
  await writer.close();

  const reader = await openHistoryReader(temp.path());
  const { trends } = await readPosturePast(reader);
  await reader.close();
  expect(trends).toEqual(new Map([['shop', trend]]));

  const now = evaluatePosture(goodInput(), { severities: {}, minKnown: 0.67 });
  expect(renderPosture(now, trends, 'table', false)).toMatch(/^shop +100 +A +100% +\+20 /m);
  expect(renderPosture(now, new Map(), 'table', false)).toMatch(/^shop +100 +A +100% +\d/m);
  const [json] = JSON.parse(renderPosture(now, trends, 'json', false)) as { trend: object[] }[];
  expect(json?.trend[0]).toEqual({ day: '2026-11-02', score: 80, known: 1 });
});
