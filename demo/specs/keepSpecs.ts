import { rename, writeFile } from 'node:fs/promises';
import type { TimeMs } from '../../src/model/time.ts';
import type { DemoCluster } from '../cluster/cluster.ts';
import { SCRAPE_MS } from '../cluster/simulation.ts';
import { clusterObjects } from './clusterObjects.ts';

/** Keeps a file of the cluster's objects up to date, as a scheduled `kubectl get … -o json` would. */
export async function keepSpecs(
  cluster: DemoCluster,
  file: string,
  now: () => TimeMs,
  onProblem: (error: unknown) => void,
): Promise<{ stop(): Promise<void> }> {
  let writing = write();
  async function write(): Promise<void> {
    // A concurrent reader gets the old file whole.
    await writeFile(`${file}.new`, JSON.stringify(clusterObjects(cluster, now())));
    await rename(`${file}.new`, file);
  }
  await writing;
  const timer = setInterval(() => {
    // The old file stays, and is tried again: a disk that is full now may have room the next time.
    writing = writing.then(write).catch(onProblem);
  }, SCRAPE_MS);
  return {
    async stop() {
      clearInterval(timer);
      await writing;
    },
  };
}
