import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readSpecFile } from '../../src/collect/specs/fileSource.ts';
import type { Inventory } from '../../src/collect/specs/inventory.ts';
import { DAY_MS } from '../../src/model/time.ts';
import { createCluster } from '../cluster/cluster.ts';
import { clusterObjects } from './clusterObjects.ts';

const END = Date.parse('2026-11-24T12:00:00Z');
const cluster = createCluster({ start: END - 14 * DAY_MS, end: END, seed: 7 });

describe('clusterObjects', () => {
  let folder: string;
  let inventory: Inventory;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'burnwatch-specs-'));
    const file = join(folder, 'specs.json');
    await writeFile(file, JSON.stringify(clusterObjects(cluster, END)));
    inventory = await readSpecFile(file, END);
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it('is read without a complaint, and holds the pods that the metrics show', () => {
    expect(inventory.problems).toEqual([]);
    const pods = cluster.pods({ start: END - 1, end: END });
    expect([...inventory.pods.keys()].sort()).toEqual(pods.map(({ uid }) => uid).sort());
  });

  it('shows what metrics cannot: arguments and security settings', () => {
    const specOf = (name: string) =>
      [...inventory.pods.values()].find((pod) => pod.name.startsWith(name))?.spec.containers[0];
    expect(specOf('cache-sync-')?.args).toContain('--cpu-max-threads-hint=50');
    expect(specOf('proxy-api-')?.privileged).toBe(true);
    expect(specOf('frontend-')?.seccompProfile).toBe('RuntimeDefault');
  });
});
