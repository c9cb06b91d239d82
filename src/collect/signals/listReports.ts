import { SEVERITIES } from '../../model/finding.ts';
import type { Signal } from '../../model/signal.ts';
import { SECOND_MS, type TimeMs } from '../../model/time.ts';
import type { WorkloadsConfig } from '../config.ts';
import { createApiClient, type ApiClient } from '../kubernetes/api/apiClient.ts';
import { ApiFailure, isOfWholeServer } from '../kubernetes/api/apiFailure.ts';
import { connect, isApiAtHand } from '../kubernetes/api/connect.ts';
import type { SpecSourceDeps } from '../specs/createSpecSource.ts';
import { REPORT_KINDS, type ReportKind } from './scanReports.ts';
import type { SignalsConfig } from './config.ts';

/** A report has up to a megabyte. */
const PAGE = 20;
const REQUEST_MS = 30 * SECOND_MS;
/** All lists together: the next cycle waits for them. */
const TOGETHER_MS = 90 * SECOND_MS;
/** The gravest count where there are more. */
const MOST_REPORTS = 5_000;

export interface ReportsRead {
  readonly signals: readonly Signal[];
  /** One sentence for each kind that could not be read; a cluster without a scanner has none. */
  readonly problems: readonly string[];
}

/** Lists what scanners found, through the Kubernetes API; nothing where there is none at hand. */
export async function listReports(
  { workloads, signals }: { readonly workloads: WorkloadsConfig; readonly signals: SignalsConfig },
  deps: SpecSourceDeps,
  now: TimeMs,
  signal: AbortSignal,
): Promise<ReportsRead> {
  const kinds = REPORT_KINDS.filter(({ key }) => signals[key]);
  const { source } = workloads;
  const isAsked = source === 'kubernetes' || (source === 'auto' && isApiAtHand(workloads, deps));
  if (kinds.length === 0 || !isAsked) return { signals: [], problems: [] };
  const deadline = AbortSignal.any([signal, AbortSignal.timeout(TOGETHER_MS)]);
  const found: Signal[] = [];
  const problems: string[] = [];
  let connection: Awaited<ReturnType<typeof connect>> | null = null;
  try {
    connection = await connect(workloads, deps);
    const client = createApiClient(connection, deps, REQUEST_MS, PAGE);
    for (const kind of kinds) {
      try {
        found.push(...(await listKind(client, kind, workloads.namespaces, now, deadline)));
      } catch (error) {
        signal.throwIfAborted();
        if (!(error instanceof ApiFailure) || isOfWholeServer(error)) throw error;
        if (error.code !== 'absent')
          problems.push(
            `${kind.resource}.${kind.group}: ${error.message} (let Burnwatch list them, or set signals.${kind.key}: false)`,
          );
      }
    }
  } catch (error) {
    signal.throwIfAborted();
    problems.push(`Reports of scanners: ${error instanceof Error ? error.message : String(error)}`);
  } finally {
    connection?.close();
  }
  const gravest = found.toSorted(
    (a, b) => SEVERITIES.indexOf(b.severity) - SEVERITIES.indexOf(a.severity),
  );
  return { signals: gravest.slice(0, MOST_REPORTS), problems };
}

async function listKind(
  client: ApiClient,
  { group, version, resource, query, read }: ReportKind,
  namespaces: readonly string[],
  now: TimeMs,
  signal: AbortSignal,
): Promise<readonly Signal[]> {
  const found: Signal[] = [];
  const scopes = namespaces.length === 0 ? [''] : namespaces.map((one) => `/namespaces/${one}`);
  for (const scope of scopes) {
    let part: Signal[] = [];
    const pages = {
      begin: () => void (part = []),
      // Only what matters of a report is kept: the next page may take its place in memory.
      page: (items: readonly unknown[]) =>
        part.push(...items.flatMap((item) => read(item, now) ?? [])),
    };
    const path = `/apis/${group}/${version}${scope}/${resource}`;
    await client.list(path, false, pages, signal, new URLSearchParams(query));
    found.push(...part);
  }
  return found;
}
