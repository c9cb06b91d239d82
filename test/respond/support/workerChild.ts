import { readFileSync } from 'node:fs';
import { openResponseStore } from '../../../src/engines/openHistory.ts';
import { workloadsPart } from '../../../src/collect/config.ts';
import type { Finding } from '../../../src/model/finding.ts';
import { connectResponseCluster } from '../../../src/respond/kubernetesCluster.ts';
import type { ResponsePolicy } from '../../../src/respond/lifecycle.ts';
import { carryOn } from '../../../src/respond/worker.ts';

/** What the process that is killed works with. */
export interface WorkerInput {
  readonly path: string;
  readonly kubeconfig: string;
  readonly policy: ResponsePolicy;
  readonly finding: Finding;
  readonly now: number;
}

// One round of the daemon's worker, in a process of its own that a test can kill.
const { path, kubeconfig, policy, finding, now } = JSON.parse(
  readFileSync(process.argv[2] ?? '', 'utf8'),
) as WorkerInput;
const store = await openResponseStore(path);
const workloads = workloadsPart.schema.parse({ kubeconfig });
const signal = new AbortController().signal;
await carryOn({
  policy: () => policy,
  store,
  holder: 'daemon',
  now: () => now,
  changed: () => Promise.resolve(),
  connect: () => connectResponseCluster(workloads, { env: {} }, signal),
  finding: () => Promise.resolve(finding),
  warn: (_response, error) => process.stderr.write(`${String(error)}\n`),
});
await store.close();
