import { COMPONENT_NAMES, type ControlPlaneReading } from '../../model/controlPlane.ts';
import type { Finding } from '../../model/finding.ts';
import { formatTime } from '../../model/time.ts';
import type { HistoryReader } from '../../store/history.ts';
import { controlPlaneDetector } from './controlPlaneDetector.ts';
import type { ClientCalls, ClientRow, ComponentRow, ControlPlaneRow } from './state.ts';

/** A component as Prometheus scrapes it. */
export interface ComponentReport extends Pick<ComponentRow, 'component' | 'up' | 'down'> {
  readonly job: string | null;
  readonly state: 'up' | 'degraded' | 'down' | 'absent' | 'not scraped';
  readonly since: string | null;
}

/** A client of the API in the last window that had it. */
export interface ClientReport
  extends Omit<ClientCalls, 'total'>, Pick<ClientRow, 'user' | 'userAgent'> {
  readonly requests: number;
  readonly usualRequests: number;
  readonly lastSeen: string;
}

/** The control plane as of the last window. */
export interface ControlPlaneReport {
  readonly asOf: string | null;
  readonly components: readonly ComponentReport[];
  readonly readings: readonly ControlPlaneReading[];
  readonly clients: readonly ClientReport[];
  readonly findings: readonly Pick<Finding, 'id' | 'severity' | 'summary'>[];
}

const MOST_CLIENTS = 20;
const NOT_SCRAPED = { job: null, state: 'not scraped', up: 0, down: 0, since: null } as const;

/** What the detector knows, in the words of a report. */
export function controlPlaneReport(
  rows: ReadonlyMap<string, unknown> | undefined,
  findings: readonly Finding[],
): ControlPlaneReport {
  const known = [...((rows ?? new Map()) as ReadonlyMap<string, ControlPlaneRow>)];
  const last = known.flatMap(([, row]) => (row.row === 'last' ? [row] : []))[0];
  const scraped = known
    .flatMap(([key, row]): ComponentReport[] => {
      if (row.row !== 'component') return [];
      const { component, up, down } = row;
      const state = up === 0 ? (down === 0 ? 'absent' : 'down') : down > 0 ? 'degraded' : 'up';
      const since = row.since > 0 ? formatTime(row.since) : null;
      return [{ component, job: key.slice('component/'.length), state, up, down, since }];
    })
    .sort((a, b) => (`${a.component} ${a.job}` < `${b.component} ${b.job}` ? -1 : 1));
  const missing = COMPONENT_NAMES.filter((name) =>
    scraped.every(({ component }) => component !== name),
  );
  const clients = known
    .flatMap(([, row]) => (row.row === 'client' ? [row] : []))
    .sort(
      (a, b) =>
        b.lastSeen - a.lastSeen || b.last.total - a.last.total || (a.user < b.user ? -1 : 1),
    )
    .slice(0, MOST_CLIENTS)
    .map(({ user, userAgent, usual, last: calls, lastSeen }) => {
      const { total: requests, ...rest } = calls;
      const usualRequests = Math.round(usual);
      return { user, userAgent, requests, usualRequests, ...rest, lastSeen: formatTime(lastSeen) };
    });
  return {
    asOf: last === undefined ? null : formatTime(last.at),
    components: [...scraped, ...missing.map((component) => ({ ...NOT_SCRAPED, component }))],
    readings: last?.readings.filter(({ measure }) => measure !== 'up' && measure !== 'down') ?? [],
    clients,
    findings: findings.map(({ id, severity, summary }) => ({ id, severity, summary })),
  };
}

/** The same from a history, with the findings that are open. */
export async function readControlPlane(
  reader: Pick<HistoryReader, 'findings' | 'loadState'>,
): Promise<ControlPlaneReport> {
  const { name } = controlPlaneDetector;
  const { detectors } = await reader.loadState(new Map([[name, controlPlaneDetector]]));
  const query = { state: 'open', kind: 'control-plane', since: null, namespaces: null } as const;
  return controlPlaneReport(detectors.get(name), await reader.findings(query));
}
