import { setTimeout as sleep } from 'node:timers/promises';
import { join } from 'node:path';
import { parseAllDocuments, parse, stringify } from 'yaml';
import { NODE_IP, PROMETHEUS_PORT } from '../host/addresses.ts';
import { REPOSITORY } from '../host/folders.ts';
import { auditedRequests, kubectl, type Target } from './target.ts';

interface Manifest {
  readonly kind: string;
  data?: Record<string, string>;
  readonly rules?: readonly { apiGroups: string[]; resources: string[]; verbs: string[] }[];
}

/** Applies `deploy/manifests` as they are, with the address of Prometheus set, under enforced `restricted`. */
export async function deployBurnwatch(target: Target): Promise<readonly Manifest[]> {
  const folder = join(REPOSITORY, 'deploy/manifests');
  const text = await kubectl(target, ['kustomize', folder]);
  const manifests = parseAllDocuments(text).map((document) => document.toJS() as Manifest);
  for (const { kind, data } of manifests) {
    if (kind !== 'ConfigMap' || !data) continue;
    const config = parse(data['burnwatch.yaml'] ?? '') as { prometheus: object };
    config.prometheus = { url: `http://${NODE_IP}:${PROMETHEUS_PORT}` };
    data['burnwatch.yaml'] = stringify(config);
  }
  const list = { apiVersion: 'v1', kind: 'List', items: manifests };
  await kubectl(target, ['apply', '--server-side', '--filename=-'], JSON.stringify(list));
  return manifests;
}

/** True when the pod of the StatefulSet became ready in time. */
export async function isBurnwatchReady(target: Target): Promise<boolean> {
  try {
    const flags = ['--namespace=burnwatch', '--timeout=180s'];
    await kubectl(target, ['rollout', 'status', 'statefulset/burnwatch', ...flags]);
    return true;
  } catch {
    return false;
  }
}

/** Verbs granted and never used, and requests refused, from the manifests and the API server's audit log. */
export async function compareGrants(manifests: readonly Manifest[]): Promise<{
  readonly used: readonly string[];
  readonly unused: readonly string[];
  readonly refused: readonly string[];
}> {
  await sleep(1000);
  const requests = await auditedRequests();
  const used = new Set<string>();
  const refused = new Set<string>();
  for (const key of requests.keys()) {
    const [verb = '', resource = '', code = ''] = key.split(' ');
    if (code === '403') refused.add(`${verb} ${resource}`);
    else used.add(`${verb} ${resource}`);
  }
  const granted = manifests.flatMap(({ rules = [] }) =>
    rules.flatMap(({ apiGroups, resources, verbs }) =>
      apiGroups.flatMap((group) =>
        resources.flatMap((resource) =>
          verbs.map((verb) => `${verb} ${group ? `${group}/` : ''}${resource}`),
        ),
      ),
    ),
  );
  return {
    used: [...used].sort(),
    unused: granted.filter((grant) => !used.has(grant)).sort(),
    refused: [...refused].sort(),
  };
}
