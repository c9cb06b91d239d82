import type { WorkloadsConfig } from '../collect/config.ts';
import { SYSTEM_DEPS } from '../collect/systemDeps.ts';
import { createApiClient, type ApiChange } from '../collect/kubernetes/api/apiClient.ts';
import { ApiFailure } from '../collect/kubernetes/api/apiFailure.ts';
import { connect, type Machine } from '../collect/kubernetes/api/connect.ts';
import type { RawObject } from '../collect/kubernetes/rawObjects.ts';
import { SECOND_MS } from '../model/time.ts';
import { execInPod } from './execInPod.ts';
import type { ClusterChange, ResponseCluster } from './responseCluster.ts';

const REQUEST_MS = 15 * SECOND_MS;
const EXEC_LIMITS = { maxLength: 2 ** 20, timeoutMs: REQUEST_MS };
/** Who the fields belong to, in `managedFields`. */
const FIELD_MANAGER = 'burnwatch-response';

/** Connects to the cluster that workloads are read from. @throws ApiFailure */
export async function connectResponseCluster(
  workloads: WorkloadsConfig,
  machine: Machine,
  signal: AbortSignal,
): Promise<ResponseCluster> {
  const connection = await connect(workloads, machine);
  const client = createApiClient(connection, SYSTEM_DEPS, REQUEST_MS);
  return {
    async get(path) {
      try {
        return await client.get(path, signal);
      } catch (error) {
        if (error instanceof ApiFailure && error.code === 'absent') return null;
        throw error;
      }
    },
    async list(path, { labels, fields } = {}) {
      const objects: RawObject[] = [];
      const pages = {
        begin: () => void objects.splice(0),
        page: (items: readonly RawObject[]) => void objects.push(...items),
      };
      const query = new URLSearchParams({
        ...(labels !== undefined && { labelSelector: labels }),
        ...(fields !== undefined && { fieldSelector: fields }),
      });
      await client.list(path, false, pages, signal, query);
      return objects;
    },
    text: (path) => client.text(path, signal),
    exec: (path, container, command) =>
      execInPod(connection, path, { container, command, ...EXEC_LIMITS }, signal),
    send(change, dryRun) {
      const { path, ...request } = requestOf(change, dryRun);
      const query = new URLSearchParams({
        ...(dryRun && { dryRun: 'All' }),
        ...(request.method !== 'DELETE' && {
          fieldManager: FIELD_MANAGER,
          fieldValidation: 'Strict',
        }),
      });
      return client.write(`${path}?${query.toString()}`, request, signal);
    },
    close: () => connection.close(),
  };
}

function requestOf(change: ClusterChange, dryRun: boolean): ApiChange & { readonly path: string } {
  const dry = dryRun ? { dryRun: ['All'] } : {};
  switch (change.verb) {
    case 'create':
      return { method: 'POST', path: change.collection, body: change.object };
    case 'delete': {
      const preconditions = { uid: change.uid };
      const body = { kind: 'DeleteOptions', apiVersion: 'v1', preconditions, ...dry };
      return { method: 'DELETE', path: change.path, body };
    }
    case 'evict': {
      const { path, uid, resourceVersion } = change;
      const parts = path.split('/');
      return {
        method: 'POST',
        path: `${path}/eviction`,
        body: {
          apiVersion: 'policy/v1',
          kind: 'Eviction',
          metadata: {
            name: parts.at(-1),
            namespace: parts.at(-3),
          },
          deleteOptions: { preconditions: { uid, resourceVersion }, ...dry },
        },
      };
    }
    case 'patch':
      break;
  }
  const { path, uid, resourceVersion, fields } = change;
  const body: Record<string, unknown> = { metadata: { uid, resourceVersion } };
  for (const { path: keys, after } of fields) put(body, keys, after);
  return { method: 'PATCH', path, body, contentType: 'application/merge-patch+json' };
}

/** Puts a value at a path of a merge patch; null takes the field away. */
function put(body: Record<string, unknown>, keys: readonly string[], value: unknown): void {
  let at = body;
  for (const key of keys.slice(0, -1)) at = (at[key] ??= {}) as Record<string, unknown>;
  at[keys.at(-1) ?? ''] = value;
}
