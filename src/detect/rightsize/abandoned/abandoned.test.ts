import { describe, expect, it } from 'vitest';
import { aContainer, aNode, aPod } from '../../../../test/support/cost.ts';
import { DetectorRun } from '../../../../test/support/detect.ts';
import type { Snapshot } from '../../../model/snapshot.ts';
import { DAY_MS, HOUR_MS, type TimeMs } from '../../../model/time.ts';
import { abandonedDetector } from './abandonedDetector.ts';

const JOB = { kind: 'Job', name: 'once' };
const START = Date.UTC(2026, 10, 2);

/** Windows of an hour; the volume `old` costs a unit an hour. */
function play(days: number, change: (time: TimeMs) => Partial<Snapshot>) {
  const run = new DetectorRun(abandonedDetector, {
    historyStart: START,
    config: {},
  });
  for (let time = START; time < START + days * DAY_MS; time += HOUR_MS)
    run.window(time, time + HOUR_MS, { shop: 1 }, change(time));
  return run;
}

function volume(mountedBy: readonly string[], claim = 'all') {
  return {
    namespace: 'shop',
    claim,
    storageClass: null,
    volume: null,
    bytes: 1,
    mountedBy,
    boundShare: 1,
    exportedPriceGiBHour: null,
  };
}

describe('abandoned', () => {
  it('a volume nobody mounts is asked about after a week, and closes once it is mounted', () => {
    const run = play(10, (time) => ({
      volumes: [volume(time < START + 9 * DAY_MS ? [] : ['uid']), volume(['uid'], 'used')],
    }));
    expect(run.opened.map(({ at }) => at)).toEqual([START + 7 * DAY_MS]);
    expect(run.opened[0]?.verdict).toMatchObject({
      severity: 'info',
      startedAt: START,
      costPerMonth: 730,
      scope: { subject: 'PersistentVolumeClaim/all' },
    });
    expect(run.closed.map(({ at }) => at)).toEqual([START + 9 * DAY_MS + HOUR_MS]);
  });

  it('says nothing where no source tells who mounts what', () => {
    expect(play(9, () => ({ volumes: [volume([])] })).opened).toEqual([]);
  });

  it('asks the owner of a workload that has idled for a week, and how to end it', () => {
    const price = {
      cpuCoreHour: 0.03,
      ramGiBHour: 0,
      gpuHour: 0,
      source: 'flat' as const,
      reason: '',
      coverage: 1,
    };
    const run = new DetectorRun(abandonedDetector, { historyStart: START });
    for (let time = START; time < START + 9 * DAY_MS; time += HOUR_MS) {
      const bytes = time >= START + 8 * DAY_MS ? 5_000 : 10;
      const old = aPod({
        name: 'old-1',
        node: 'n1',
        workload: { kind: 'Deployment', name: 'old' },
        networkReceiveBytesPerSecond: bytes,
        networkTransmitBytesPerSecond: bytes,
        containers: [aContainer({ cpuUsageCores: 0.001, cpuRequestCores: 1 })],
      });
      const pods = [old, { ...old, name: 'job-1', uid: 'job', workload: JOB }];
      run.window(time, time + HOUR_MS, {}, { pods, nodes: [aNode({ name: 'n1' })] }, price);
    }
    expect(run.opened.map(({ at }) => at)).toEqual([START + 7 * DAY_MS]);
    expect(run.opened[0]?.verdict.costPerMonth).toBeCloseTo(730 * 0.03, 6);
    expect(run.opened[0]?.verdict.next).toMatchObject([
      { command: 'kubectl -n shop scale deployment/old --replicas=0', effect: 'contain' },
    ]);
    // Somebody uses it again.
    expect(run.closed.map(({ at }) => at)).toEqual([START + 8 * DAY_MS + HOUR_MS]);
  });

  it('tells of GPUs that are held and not used for three days, with what the cards cost', () => {
    const price = {
      cpuCoreHour: 0,
      ramGiBHour: 0,
      gpuHour: 2,
      source: 'flat' as const,
      reason: '',
      coverage: 1,
    };
    const play = (utilisation: (time: TimeMs) => number | null, more = {}) => {
      const run = new DetectorRun(abandonedDetector, { historyStart: START });
      for (let time = START; time < START + 6 * DAY_MS; time += HOUR_MS) {
        const notebook = aPod({
          name: 'nb-0',
          node: 'n1',
          workload: { kind: 'StatefulSet', name: 'nb' },
          networkReceiveBytesPerSecond: 5_000,
          networkTransmitBytesPerSecond: 5_000,
          containers: [
            aContainer({
              cpuUsageCores: 1,
              gpuRequest: 1,
              gpuUtilisation: utilisation(time),
              ...more,
            }),
          ],
        });
        const nodes = [aNode({ name: 'n1', gpus: 1 })];
        run.window(time, time + HOUR_MS, {}, { pods: [notebook], nodes }, price);
      }
      return run;
    };
    const run = play((time) => (time >= START + 5 * DAY_MS ? 0.4 : 0));
    expect(run.opened.map(({ at }) => at)).toEqual([START + 3 * DAY_MS]);
    expect(run.opened[0]?.verdict).toMatchObject({
      kind: 'overprovisioned',
      rule: 'gpu-unused',
      severity: 'warning',
      summary: 'Holds GPUs and does not use them for 3 days: $1,460 a month',
      pods: ['nb-0'],
    });
    expect(run.closed.map(({ at }) => at)).toEqual([START + 5 * DAY_MS + HOUR_MS]);
    expect(play(() => null).opened).toEqual([]);
    expect(play(() => 0, { gpuRequest: 0 }).opened).toEqual([]);
    expect(play((time) => (time % DAY_MS === 0 ? 0.5 : 0)).opened).toEqual([]);
  });

  it('counts idle workloads, from the start after one busy hour, and never where network is unknown', () => {
    const idle = (time: TimeMs, network: number | null) => ({
      pods: [
        aPod({
          name: 'old',
          networkReceiveBytesPerSecond: network,
          networkTransmitBytesPerSecond: network,
          containers: [aContainer({ cpuUsageCores: time === START + 3 * DAY_MS ? 1 : 0.001 })],
        }),
      ],
    });
    const since = (run: ReturnType<typeof play>) =>
      [...run.rows.values()].map((row) => (row as { since: number }).since);
    expect(since(play(5, (time) => idle(time, 10)))).toEqual([START + 3 * DAY_MS + HOUR_MS]);
    expect(play(5, (time) => idle(time, null)).rows.size).toBe(0);
    // It costs nothing here, and what costs nothing is not worth a word.
    expect(play(12, (time) => idle(time, 10)).opened).toEqual([]);
  });
});
