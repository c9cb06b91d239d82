import { createApiClient } from '../../collect/kubernetes/api/apiClient.ts';
import { ApiFailure } from '../../collect/kubernetes/api/apiFailure.ts';
import { connect, isApiAtHand } from '../../collect/kubernetes/api/connect.ts';
import type { RawObject } from '../../collect/kubernetes/rawObjects.ts';
import type { WorkloadsConfig } from '../../collect/config.ts';
import { SYSTEM_DEPS } from '../../collect/systemDeps.ts';

/** A Prometheus, or a store that speaks its API, and how it was found. */
export interface Found {
  readonly url: string;
  readonly from: string;
}

const TIMEOUT_MS = 10_000;

/** Names of Services that answer Prometheus' queries, the best first. */
const NAMES = [
  /^thanos-query(-frontend)?$|thanos.*-query(-frontend)?$/,
  /^prometheus$|prometheus-server$|-prometheus$|^prometheus-k8s$/,
  /^vmselect|victoria-metrics.*-server$|^vmsingle/,
  /^prometheus-operated$/,
];
const PORTS = ['web', 'http-web', 'http', 'http-query'];

interface RawService extends RawObject {
  readonly spec?: {
    readonly ports?: readonly { readonly name?: string; readonly port?: number }[];
  };
}

/** Looks in the environment, then among the Services of the cluster whose API is at hand. */
export async function detectPrometheus(
  workloads: WorkloadsConfig,
  env: Readonly<Record<string, string | undefined>>,
  warn: (text: string) => void,
): Promise<readonly Found[]> {
  const named = env['PROMETHEUS_URL'] ?? '';
  if (named !== '') return [{ url: named, from: 'PROMETHEUS_URL' }];
  if (!isApiAtHand(workloads, { env })) return [];
  try {
    const connection = await connect(workloads, { env });
    try {
      const client = createApiClient(connection, SYSTEM_DEPS, TIMEOUT_MS);
      let services: RawService[] = [];
      const pages = {
        begin: () => void (services = []),
        page: (items: readonly RawObject[]) => void services.push(...(items as RawService[])),
      };
      await client.list('/api/v1/services', false, pages, AbortSignal.timeout(TIMEOUT_MS));
      return bestFirst(services);
    } finally {
      connection.close();
    }
  } catch (error) {
    if (!(error instanceof ApiFailure)) throw error;
    warn(`the cluster's Services cannot be listed: ${error.message}`);
    return [];
  }
}

/** The Services that look like one, those that answer for several servers first. */
function bestFirst(services: readonly RawService[]): readonly Found[] {
  const ranked = services.flatMap((service) => {
    const { name = '', namespace = '' } = service.metadata ?? {};
    const rank = NAMES.findIndex((pattern) => pattern.test(name));
    const ports = service.spec?.ports ?? [];
    const port = ports.find((one) => PORTS.includes(one.name ?? '')) ?? ports[0];
    if (rank < 0 || port?.port === undefined) return [];
    const url = `http://${name}.${namespace}.svc:${port.port}`;
    return [{ rank, url, from: `Service ${namespace}/${name}` }];
  });
  return ranked
    .sort((a, b) => a.rank - b.rank || (a.url < b.url ? -1 : 1))
    .map(({ url, from }) => ({ url, from }));
}

/** Why nothing that speaks Prometheus' API answers there; null where it does. */
export async function whyNoAnswer(url: string): Promise<string | null> {
  try {
    const response = await fetch(
      new URL('api/v1/query?query=vector(1)', `${url.replace(/\/$/, '')}/`),
      {
        signal: AbortSignal.timeout(TIMEOUT_MS),
        redirect: 'manual',
      },
    );
    const body: unknown = response.ok ? await response.json() : null;
    const isAnswer = (body as { readonly status?: string } | null)?.status === 'success';
    return isAnswer ? null : `it answers ${response.status}, not as Prometheus does`;
  } catch (error) {
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
    return cause instanceof Error ? cause.message : String(cause);
  }
}
