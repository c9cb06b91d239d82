import { describe, expect, it } from 'vitest';
import { DAY_MS, HOUR_MS, type TimeMs } from '../../../model/time.ts';
import { AbuseRun, using } from '../../../../test/support/abuse/abuseRun.ts';

/** Load over the day, the same every day; a quarter more or less from window to window. */
function load(start: TimeMs): number {
  const hour = (start % DAY_MS) / HOUR_MS;
  const noise = 1 + 0.12 * Math.sin(start / 3.1e5) + 0.08 * Math.sin(start / 1.7e6);
  return (1 + 0.5 * Math.sin(((hour - 9) / 24) * 2 * Math.PI)) * noise;
}

/** A pod that needs `times` as much CPU for its traffic, and burns `burnt` cores beside it. */
const pod = (start: TimeMs, times = 1, burnt = 0) =>
  using(0.4 * load(start) * times + burnt, 2e5 * load(start), {
    container: { cpuLimitCores: 4, image: `registry.example.com/shop/web:v${times === 1 ? 1 : 2}` },
  });

const days = (): AbuseRun => new AbuseRun().play(4 * DAY_MS, (start) => [pod(start)]);

const severities = (run: AbuseRun): readonly string[] => [
  ...new Set(run.events.map(({ finding }) => finding.severity)),
];

describe('more CPU for the same traffic', () => {
  it('that goes with the traffic is no warning: each request costs more', () => {
    const run = days().play(2 * DAY_MS, (start) => [pod(start, 1.7)]);
    expect(severities(run)).not.toContain('warning');
  });

  it('that is the same by day and by night is one: a miner', () => {
    const run = days();
    const onset = run.now;
    run.play(2 * DAY_MS, (start) => [pod(start, 1, 0.2)]);
    expect(severities(run)).toContain('warning');
    const warned = run.events.find(({ finding }) => finding.severity === 'warning')!;
    expect(warned.at - onset).toBeLessThanOrEqual(DAY_MS);
    const scaling = run.open()[0]!.evidence.find(({ signal }) => signal === 'scales-with-traffic');
    expect(scaling).toBeUndefined();
  });

  it('from a doubling on is one at once, whatever it goes with: somebody should look', () => {
    const run = days();
    const onset = run.now;
    run.play(3 * HOUR_MS, (start) => [pod(start, 3)]);
    const warned = run.events.find(({ finding }) => finding.severity === 'warning')!;
    expect(warned.at - onset).toBeLessThanOrEqual(HOUR_MS);
  });

  it('is told while it is not decided, with what would decide it', () => {
    const run = days().play(2 * HOUR_MS, (start) => [pod(start, 1.7)]);
    const [finding] = run.open();
    expect(finding).toMatchObject({ severity: 'info' });
    expect(finding!.evidence.at(-1)!.text).toContain('until traffic has varied');
  });
});
