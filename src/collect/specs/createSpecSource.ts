import type { CollectConfig, WorkloadsConfig } from '../config.ts';
import { isApiAtHand, type Machine } from '../kubernetes/api/connect.ts';
import type { ClientDeps } from '../prometheus/client.ts';
import { createApiSource } from './apiSource.ts';
import { createFileSource } from './fileSource.ts';
import type { SpecSource } from './inventory.ts';
import { createRememberingSource } from './rememberingSource.ts';

/** What decides about a source besides the configuration. */
export interface SpecSourceDeps extends Machine, Pick<ClientDeps, 'sleep' | 'random'> {}

/**
 * The source of specifications that the configuration asks for; null for metrics alone. `auto` asks the
 * Kubernetes API where there is one to ask (see docs/workload-sources.md).
 */
export function createSpecSource(
  config: Pick<CollectConfig, 'workloads' | 'schedule'>,
  deps: SpecSourceDeps,
): SpecSource | null {
  const { workloads, schedule } = config;
  const source = bareSource(workloads, deps);
  // Half a window: every cycle lists anew, and no cycle twice.
  return source === null ? null : createRememberingSource(source, schedule.window / 2);
}

function bareSource(workloads: WorkloadsConfig, deps: SpecSourceDeps): SpecSource | null {
  switch (workloads.source) {
    case 'prometheus':
      return null;
    case 'file':
      return workloads.path === undefined ? null : createFileSource(workloads.path);
    case 'auto':
      if (!isApiAtHand(workloads, deps)) return null;
      break;
    case 'kubernetes':
      break;
  }
  return createApiSource(workloads, deps, deps);
}
