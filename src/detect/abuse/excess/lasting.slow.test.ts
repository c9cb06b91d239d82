import { describe, expect, it } from 'vitest';
import { DAY_MS, HOUR_MS, MINUTE_MS, type TimeMs } from '../../../model/time.ts';
import { AbuseRun, using } from '../../../../test/support/abuse/abuseRun.ts';

describe('a service that is quiet at weekends', () => {
  const load = (start: TimeMs): number => {
    const day = Math.floor((start - AbuseRun.START) / DAY_MS) % 7;
    const hour = (start % DAY_MS) / HOUR_MS;
    return (1 + 0.5 * Math.sin(((hour - 9) / 24) * 2 * Math.PI)) * (day >= 5 ? 0.4 : 1);
  };
  const pod = (start: TimeMs, burnt = 0) =>
    using(0.6 * load(start) + burnt, 300_000 * load(start), { container: { cpuLimitCores: null } });
  const weekdays = (): AbuseRun => new AbuseRun().play(5 * DAY_MS, (start) => [pod(start)]);

  it('is no finding on the first Saturday', () => {
    expect(weekdays().play(DAY_MS, (start) => [pod(start)]).events).toEqual([]);
  });

  it('hides no miner in what Fridays use: its traffic does not account for it', () => {
    const run = weekdays().play(HOUR_MS, (start) => [pod(start)]);
    const onset = run.now;
    run.play(3 * HOUR_MS, (start) => [pod(start, 0.3)]);
    expect(run.open()).toMatchObject([{ severity: 'warning' }]);
    expect(run.events[0]!.at - onset).toBeLessThanOrEqual(90 * MINUTE_MS);
    const { evidence } = run.events[0]!.finding;
    const novel = evidence.find(({ signal }) => signal === 'novel-use');
    expect(novel!.text).toMatch(/traffic accounts for 0\.2\d/);
  });

  it('is load when its traffic comes with the use', () => {
    const run = weekdays().play(3 * HOUR_MS, (start) => [
      using(1.2 * load(start), 600_000 * load(start), { container: { cpuLimitCores: null } }),
    ]);
    expect(run.events).toEqual([]);
  });
});

describe('a service that works in bursts', () => {
  /** Half a core for five minutes of every half an hour, with bytes to match. */
  const isBurst = (start: TimeMs): boolean => start % (30 * MINUTE_MS) === 0;
  const pod = (start: TimeMs, burnt = 0, written = 0) => {
    const cores = isBurst(start) ? 0.5 : 0.01;
    return using(cores + burnt, 2e6 * cores, {
      container: { diskReadBytesPerSecond: 0, diskWriteBytesPerSecond: 200 + written },
    });
  };
  const days = (): AbuseRun => new AbuseRun().play(4 * DAY_MS, (start) => [pod(start)]);

  it('is found not to rest any more, however high its bursts are and whatever is written', () => {
    const run = days();
    const onset = run.now;
    run.play(3 * HOUR_MS, (start) => [pod(start, 0.12, 40_000)]);
    const [finding] = run.open();
    expect(finding).toMatchObject({ severity: 'warning', startedAt: onset });
    expect(run.events[0]!.at - onset).toBeLessThanOrEqual(80 * MINUTE_MS);
  });

  it('is no finding when it works through an hour, with its bytes', () => {
    const run = days().play(3 * HOUR_MS, () => [using(0.4, 8e5)]);
    expect(run.events.filter(({ finding }) => finding.severity !== 'info')).toEqual([]);
  });
});
