import { describe, expect, it } from 'vitest';
import { DetectorRun } from '../../test/support/detect.ts';
import type { Verdict } from '../model/finding.ts';
import type { SuspectElsewhere } from '../model/snapshot.ts';
import { MINUTE_MS } from '../model/time.ts';
import { imageInClusters } from './imageInClusters.ts';

const START = Date.UTC(2026, 10, 30);
const IMAGE = 'registry.example/pause';

function suspect(cluster: string, more: Partial<SuspectElsewhere> = {}): SuspectElsewhere {
  return {
    cluster,
    findingId: `id-${cluster}`,
    image: IMAGE,
    severity: 'warning',
    score: 60,
    place: 'shop/Deployment/web',
    startedAt: START,
    costPerMonth: 10,
    ...more,
  };
}

function newRun() {
  const run = new DetectorRun(imageInClusters, { historyStart: START });
  let at = START;
  return {
    run,
    window: (suspectsElsewhere?: readonly SuspectElsewhere[], more: object = {}) => {
      at += 5 * MINUTE_MS;
      const told = suspectsElsewhere === undefined ? {} : { suspectsElsewhere };
      return run.window(at - 5 * MINUTE_MS, at, {}, { cluster: 'prod-eu', ...told, ...more });
    },
  };
}

describe('an image in several clusters', () => {
  it('is one finding that names them all, as severe as the gravest', () => {
    const { run, window } = newRun();
    window([suspect('prod-us'), suspect('prod-us', { place: 'shop/Job/a' })]);
    expect(run.opened).toEqual([]);
    window([suspect('prod-us'), suspect('prod-ap', { severity: 'critical', score: 90 })]);
    window([suspect('prod-us'), suspect('prod-ap'), suspect('prod-sa')]);
    expect(run.opened).toHaveLength(1);
    const { verdict } = run.opened[0]!;
    expect(verdict).toMatchObject({
      kind: 'cryptojacking',
      rule: 'image-in-clusters',
      severity: 'critical',
      score: 90,
      cause: 'mining',
      scope: { namespace: null, workload: null, container: null, subject: IMAGE },
      startedAt: START,
      costPerMonth: 20,
      summary: `The image ${IMAGE} looks like mining in 2 clusters: prod-us, prod-ap`,
    });
    expect(verdict.evidence.map(({ text }) => text)).toEqual([
      'prod-us: shop/Deployment/web',
      'prod-ap: shop/Deployment/web',
    ]);
    expect(verdict.next.map(({ command }) => command)).toEqual([
      'burnwatch findings show id-prod-us --cluster prod-us',
      'burnwatch findings show id-prod-ap --cluster prod-ap',
    ]);
  });

  it('counts what this cluster has found in the same window', () => {
    const own = {
      kind: 'cryptojacking',
      status: 'firing',
      severity: 'warning',
      cause: 'mining',
      image: IMAGE,
      score: 50,
      startedAt: START,
      costPerMonth: null,
      scope: {
        namespace: 'shop',
        workload: { kind: 'Deployment', name: 'web' },
        container: 'app',
        subject: null,
      },
    } as Verdict;
    const clusters = (verdict: Verdict) => {
      const window = { start: START, end: START + 5 * MINUTE_MS };
      const snapshot = { cluster: 'prod-eu', window, suspectsElsewhere: [suspect('prod-us')] };
      const context = { snapshot, verdictsSoFar: () => [verdict] };
      const rows = new Map<string, { readonly seen: number }>();
      const found = imageInClusters.detect(context as never, rows);
      return found.map(({ evidence }) => evidence.map(({ value }) => value));
    };
    expect(clusters(own)).toEqual([['prod-eu', 'prod-us']]);
    // A release that uses more CPU comes to all clusters.
    expect(clusters({ ...own, cause: 'costlier-release' })).toEqual([]);
    expect(clusters({ ...own, severity: 'info' })).toEqual([]);
    expect(clusters({ ...own, image: 'registry.example/other' })).toEqual([]);
  });

  it('is over after half an hour without it, and waits where nothing is known of the others', () => {
    const { run, window } = newRun();
    window([suspect('prod-us'), suspect('prod-ap')]);
    for (let count = 0; count < 5; count += 1) window([suspect('prod-us')]);
    for (let count = 0; count < 12; count += 1) window();
    expect(run.closed).toEqual([]);
    window([suspect('prod-us')]);
    expect(run.closed.map(({ verdict }) => verdict.status)).toEqual(['clear']);
    expect(run.rows.size).toBe(0);
  });
});
