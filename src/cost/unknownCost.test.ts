import { expect, it } from 'vitest';
import { containerSample, podSample, snapshotOf } from '../../test/support/snapshots.ts';
import { configSchema } from '../daemon/config/schema.ts';
import { nodeNano, sumNano } from '../model/costParts.ts';
import type { DataProblem, Snapshot } from '../model/snapshot.ts';
import { HOUR_MS } from '../model/time.ts';
import { allocate } from './allocate.ts';
import { priceNodes } from './priceNodes.ts';
import { unknownCosts } from './unknownCost.ts';

const WINDOW = { start: 0, end: HOUR_MS };
const { pricing } = configSchema.parse({});
const absent = (subject: string): DataProblem => ({ code: 'metric-absent', subject, text: '' });
const REQUESTS = absent('kube_pod_container_resource_requests');

function costsOf(snapshot: Snapshot) {
  const costs = allocate(snapshot, priceNodes(snapshot, pricing, []), pricing);
  return { costs, said: unknownCosts(snapshot, costs).map(({ text }) => text) };
}

it('nothing is said where each container is told', () => {
  const { costs, said } = costsOf(snapshotOf(WINDOW, { problems: [absent('kube_pod_created')] }));
  expect(costs.atMostNano).toBeUndefined();
  expect(said).toEqual([]);
});

it('containers cost no more than their nodes', () => {
  const { costs, said } = costsOf(snapshotOf(WINDOW, { problems: [REQUESTS] }));
  expect(costs.atMostNano).toBe(sumNano(costs.nodes, nodeNano));
  expect(said).toEqual([
    expect.stringMatching(
      /at least 0\.0179\d an hour, and at most 0\.1942 \(that is what the nodes cost\)/,
    ),
  ]);
});

it('without nodes they cost no more than all requests and all use at flat rates, and no less than is known', () => {
  const totals = {
    cpuRequestCores: 2,
    cpuUsageCores: 0.01,
    ramRequestBytes: 0,
    ramUsageBytes: 2 ** 30,
    source: 'somebody',
  };
  const blind = snapshotOf(WINDOW, { nodes: [], problems: [REQUESTS], totals });
  const { costs, said } = costsOf(blind);
  // The tenth of a core that is seen is more than the sum says.
  const hourly = 2.1 * pricing.cpuCoreHour + pricing.ramGiBHour;
  expect(costs.atMostNano).toBe(Math.round(hourly * 1e9));
  expect(said[0]).toContain(`at most ${Number(hourly.toPrecision(4))} (that is all requests`);
  const { totals: _, ...untold } = blind;
  expect(costsOf(untold).said[0]).toContain('and no metric tells how much more');
});

it('what is judged by CPU alone is told with what it costs', () => {
  const coverageBy = { cpu: 1, memory: 1, requests: 1, network: 0, disk: 0 };
  const snapshot = snapshotOf(WINDOW, {
    pods: [podSample({ containers: [containerSample({ coverageBy })] })],
    problems: ['network_receive_bytes_total', 'fs_reads_bytes_total'].map((name) =>
      absent(`container_${name}`),
    ),
  });
  expect(costsOf(snapshot).said).toEqual([
    expect.stringMatching(/whose CPU and memory cost 0\.0179\d an hour: mining among them/),
  ]);
});
