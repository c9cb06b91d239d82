import type { ControlPlaneReport } from '../../detect/controlPlane/report.ts';
import type { ControlPlaneMeasure, ControlPlaneReading } from '../../model/controlPlane.ts';
import { formatDuration, formatNumber, formatShare } from '../../model/text/units.ts';
import { SECOND_MS } from '../../model/time.ts';
import type { LocalClock } from './clock.ts';
import { badge, card, findingPath, html, note, plainList, table, type Html } from './html.ts';
import { layout } from './layout.ts';
import type { ShownPage } from './route.ts';

/** The components that run the cluster, their limits, and the clients of the API. */
export const controlPlanePage: ShownPage = {
  path: '/control-plane',
  scope: 'read',
  nav: 'Control plane',
  isWholeCluster: true,
  async show({ page, deps }) {
    const report = await deps.questions.controlPlane({});
    const { clock } = page;
    const body = html`<div class="section-head">
        <h1>Control plane</h1>
        ${report.asOf !== null && note(html`As of ${clock.at(Date.parse(report.asOf))}`)}
      </div>
      ${findings(report)} ${card('Components', components(report, clock))}
      ${card('Clients of the API', clients(report, clock))} ${card('Metrics', metrics(report))}`;
    return layout(page, 'Control plane', body);
  },
};

function findings({ findings: open }: ControlPlaneReport): Html {
  if (open.length === 0) return note('No open findings.');
  return card(
    'Open findings',
    plainList(
      open.map(
        ({ id, severity, summary }) =>
          html`${badge(severity, severity)} <a href="${findingPath(id)}">${summary}</a>`,
      ),
    ),
  );
}

const STATE_BADGES = {
  up: 'good',
  degraded: 'warning',
  down: 'critical',
  absent: 'critical',
  'not scraped': 'info',
} as const;

function components({ components: all }: ControlPlaneReport, clock: LocalClock): Html {
  return html`${table('Components', all, [
    { title: 'Component', cell: ({ component }) => component },
    { title: 'State', cell: ({ state }) => badge(state, STATE_BADGES[state]) },
    { title: 'Scrape job', cell: ({ job }) => job },
    { title: 'Up', isNumber: true, cell: ({ job, up }) => (job === null ? null : up) },
    { title: 'Down', isNumber: true, cell: ({ job, down }) => (job === null ? null : down) },
    {
      title: 'Since',
      cell: ({ since }) => (since === null ? null : clock.at(Date.parse(since))),
    },
  ])}
  ${
    all.some(({ state }) => state === 'not scraped') &&
    note('Managed clusters do not export every component: what was never scraped is no finding.')
  }`;
}

function clients({ clients: all }: ControlPlaneReport, clock: LocalClock): Html {
  if (all.length === 0)
    return note(
      'No audit events were sent, and only they tell who calls the API: send them to /ingest/audit.',
    );
  return html`${note('Requests in the last window in which the client was seen.')}
  ${table('Clients of the API', all, [
    {
      title: 'Client',
      cell: ({ user, userAgent, sourceIps }) =>
        html`${user}
          <small>${[userAgent, ...sourceIps].filter((one) => one !== '').join(', ')}</small>`,
    },
    { title: 'Requests', isNumber: true, cell: ({ requests }) => formatNumber(requests) },
    { title: 'Usual', isNumber: true, cell: ({ usualRequests }) => formatNumber(usualRequests) },
    { title: 'LIST without limit', isNumber: true, cell: ({ unlimitedLists }) => unlimitedLists },
    { title: 'Watches', isNumber: true, cell: ({ watches }) => watches },
    { title: 'Failed logins', isNumber: true, cell: ({ failedLogins }) => failedLogins },
    { title: 'Mostly', isExtra: true, cell: ({ calls }) => calls.join(', ') },
    { title: 'Last seen', cell: ({ lastSeen }) => clock.at(Date.parse(lastSeen)) },
  ])}`;
}

interface Measure {
  readonly title: string;
  readonly say: (value: number) => string;
}

const perSecond = (value: number): string => `${formatNumber(value)}/s`;
const seconds = (value: number): string => formatDuration(value * SECOND_MS);

const MEASURES: Readonly<Record<Exclude<ControlPlaneMeasure, 'up' | 'down'>, Measure>> = {
  'api-code': { title: 'Requests by code', say: perSecond },
  'api-call': { title: 'Most frequent requests', say: perSecond },
  'api-rejected': { title: 'Refused (429), by priority level', say: perSecond },
  'etcd-size': { title: 'etcd: share of its quota', say: formatShare },
  'etcd-fsync': { title: 'etcd: 99 % of log writes within', say: seconds },
  'pending-pods': { title: 'Pods that wait for the scheduler', say: formatNumber },
  'queue-depth': { title: 'Items that wait for a controller', say: formatNumber },
  'dns-failures': { title: 'DNS answers that failed', say: formatShare },
  'runtime-errors': { title: 'Failed operations of the runtime', say: perSecond },
  certificate: { title: 'A client certificate expires in', say: seconds },
};

/** Of one metric. */
const MOST_VALUES = 5;

function metrics({ readings }: ControlPlaneReport): Html {
  const measures = (Object.keys(MEASURES) as (keyof typeof MEASURES)[]).map((measure) => ({
    ...MEASURES[measure],
    values: readings
      .filter((reading) => reading.measure === measure)
      .toSorted((a, b) => b.value - a.value),
  }));
  return table(
    'Metrics of the control plane',
    measures.filter(({ values }) => values.length > 0),
    [
      { title: 'Metric', cell: ({ title }) => title },
      { title: 'Highest', cell: highest },
    ],
    { empty: 'Prometheus scrapes none of them.' },
  );
}

function highest({
  values,
  say,
}: Pick<Measure, 'say'> & { values: readonly ControlPlaneReading[] }) {
  const shown = values.filter(({ value }, index) => value > 0 || index === 0).slice(0, MOST_VALUES);
  const texts = shown.map(({ subject, value }) =>
    value > 0 ? html`<b>${say(value)}</b> ${subject}` : html`${say(value)}`,
  );
  return html`${texts.map((text, index) => html`${index > 0 && ', '}${text}`)}`;
}
