import { describe, expect, test } from 'vitest';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../src/model/time.ts';
import { FakeClock } from '../support/notify/fakeClock.ts';
import { aFinding } from '../support/notify/findings.ts';
import { SlackBench } from './support/slackBench.ts';

/** Europe/Berlin in 2026: the clock goes ahead on 29 March at 01:00 UTC, back on 25 October. */
const SPRING = Date.UTC(2026, 2, 29, 1);
const AUTUMN = Date.UTC(2026, 9, 25, 1);

const YAML = `schedule: { timezone: Europe/Berlin }
maintenance:
  - { name: backup, days: [sun], from: '01:30', to: '03:30' }
`;

describe('DST', () => {
  test.each([
    // In spring the two hours of the wall clock last one, in autumn three.
    ['ahead', SPRING, SPRING - 30 * MINUTE_MS, SPRING + 30 * MINUTE_MS],
    ['back', AUTUMN, AUTUMN - 90 * MINUTE_MS, AUTUMN + 90 * MINUTE_MS],
  ])(
    '%s: a maintenance window keeps to the wall clock, and then it is told once',
    async (_, at, from, to) => {
      const clock = new FakeClock(at - 6 * HOUR_MS);
      await using bench = await SlackBench.start({ clock, yaml: YAML });
      const spike = aFinding({ kind: 'cost-spike', severity: 'warning', firstSeen: from });
      clock.time = from;
      await bench.record([spike]);
      const toldAt: number[] = [];
      for (; clock.time < to + HOUR_MS; clock.time += 5 * MINUTE_MS) {
        const now = clock.time;
        await bench.plan();
        const { sent } = await bench.drain(0);
        if (sent > 0) toldAt.push(now);
        clock.time = now;
      }
      expect(toldAt).toEqual([to]);
    },
  );

  test.each([
    ['ahead', SPRING],
    ['back', AUTUMN],
  ])('%s: a reminder a day, no more and no fewer', async (_, at) => {
    const start = at - DAY_MS;
    const clock = new FakeClock(start);
    await using bench = await SlackBench.start({
      clock,
      yaml: 'schedule: { timezone: Europe/Berlin }\n',
    });
    await bench.record([
      aFinding({ kind: 'cost-spike', severity: 'warning', firstSeen: start, lastSeen: start }),
    ]);
    for (let hour = 0; hour <= 72; hour += 1) {
      clock.time = start + hour * HOUR_MS;
      await bench.plan();
      await bench.drain(0);
    }
    const thread = bench.slack.messages('#cloud-cost').filter(({ threadTs }) => threadTs !== null);
    expect(thread.map(({ text }) => text.split(' ')[0])).toEqual(Array(3).fill('[reminder]'));
  });
});
