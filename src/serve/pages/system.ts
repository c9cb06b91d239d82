import { formatBytes, formatCount, formatDuration, formatShare } from '../../model/text/units.ts';
import { DAY_MS } from '../../model/time.ts';
import type { StoredAuditEntry } from '../../store/auditLog.ts';
import type { HistoryStatus } from '../../store/history.ts';
import type { DeliveryStatus } from '../../store/notifications/deliveryStore.ts';
import type { WindowCoverage } from '../../store/usage.ts';
import type { CycleWork } from '../deps.ts';
import { maySee } from '../security/principal.ts';
import type { LocalClock } from './clock.ts';
import { html, badge, card, table, tiles, type Html, type Tile } from './html.ts';
import { layout } from './layout.ts';
import type { PageContext, PageRequest, ShownPage } from './route.ts';

const MOST_ENTRIES = 50;
const MOST_PROBLEMS = 30;

interface SystemView {
  readonly status: HistoryStatus;
  /** The last day's windows, oldest first. */
  readonly windows: readonly WindowCoverage[];
  readonly waiting: readonly DeliveryStatus[];
  readonly dead: readonly DeliveryStatus[];
  readonly audit: readonly StoredAuditEntry[];
}

/** Whether Burnwatch itself is well: its lag, problems of its data, messages that it could not send. */
export const systemPage: ShownPage = {
  path: '/system',
  scope: 'read',
  nav: 'System',
  async show(request) {
    const view = await readSystem(request);
    const { page } = request;
    const { clock } = page;
    const body = html`<h1>System</h1>
      ${tiles(tilesOf(view, page))} ${coverage(view, clock)} ${problems(view)} ${sources(view)}
      ${work(request.deps.lastWork?.() ?? null)}
      ${deliveries('Pending messages', view.waiting, clock)}
      ${deliveries('Failed messages', view.dead, clock)} ${auditLog(view, clock)}`;
    return layout(page, 'System', body);
  },
};

/** Messages name their receivers, problems nodes and sources: a tenant sees neither, and of the changes only its own. */
async function readSystem({ principal, deps }: PageRequest): Promise<SystemView> {
  const { reader, stores } = deps;
  const status = await reader.status();
  const { watermark } = status;
  const windows =
    watermark === null ? [] : await reader.windowCoverage(watermark - DAY_MS, watermark);
  const all = await stores.audit.list({ before: null, subject: null, limit: 500 });
  const audit = all.filter(({ namespace }) => maySee(principal, namespace)).slice(0, MOST_ENTRIES);
  if (principal.namespaces !== null)
    return {
      status: { ...status, lastProblems: [], sources: {}, acceptedSources: [] },
      windows: windows.map((window) => ({ ...window, problems: [] })),
      audit,
      waiting: [],
      dead: [],
    };
  const waiting = await stores.deliveries.deliveries('pending', MOST_ENTRIES);
  const dead = await stores.deliveries.deliveries('dead', MOST_ENTRIES);
  return { status, windows, audit, waiting, dead };
}

function tilesOf(
  { status, windows, waiting, dead }: SystemView,
  { now, clock }: PageContext,
): readonly Tile[] {
  const { watermark, historyStart, sealedWindows, incompleteWindows, windowMs = 0 } = status;
  const lag = watermark === null ? null : now - watermark;
  const isLate = lag !== null && windowMs > 0 && lag > 4 * windowMs;
  const sum = windows.reduce((total, { coverage: share }) => total + share, 0);
  return [
    {
      title: 'Lag',
      value:
        lag === null
          ? 'unknown'
          : html`${formatDuration(lag)} ${isLate && badge('late', 'warning')}`,
      sub:
        watermark === null ? 'no window is sealed yet' : html`sealed up to ${clock.at(watermark)}`,
    },
    {
      title: 'Coverage, last 24 h',
      value: formatShare(windows.length === 0 ? null : sum / windows.length),
      sub: `${incompleteOf(windows)} of ${windows.length} windows are incomplete`,
    },
    {
      title: 'Windows',
      value: formatCount(sealedWindows),
      sub:
        historyStart === null
          ? 'the history is empty'
          : html`of ${formatDuration(windowMs)} since ${clock.dayAt(historyStart)};
            ${incompleteWindows} incomplete`,
    },
    {
      title: 'Messages',
      value: `${waiting.length} pending`,
      sub: dead.length === 0 ? 'none failed' : badge(`${dead.length} failed`, 'critical'),
    },
  ];
}

function incompleteOf(windows: readonly WindowCoverage[]): number {
  return windows.filter(({ complete }) => !complete).length;
}

const STRIP_HEIGHT = 34;

/** A day as a strip: one bar for each window, as high as its coverage. */
function coverage({ windows }: SystemView, clock: LocalClock): Html | null {
  const first = windows[0];
  const last = windows.at(-1);
  if (first === undefined || last === undefined) return null;
  const width = 100 / windows.length;
  const bar = ({ coverage: share, complete }: WindowCoverage, index: number) => {
    const height = Math.max(2, share * STRIP_HEIGHT);
    return html`<rect
      class="${complete ? 'whole' : 'part'}"
      x="${(index * width).toFixed(3)}%"
      width="${width.toFixed(3)}%"
      y="${(STRIP_HEIGHT - height).toFixed(1)}"
      height="${height.toFixed(1)}"
    />`;
  };
  return card(
    'Coverage of windows, last 24 h',
    html`<svg
        class="strip"
        width="100%"
        height="${STRIP_HEIGHT}"
        role="img"
        aria-label="${windows.length} windows, ${incompleteOf(windows)} of them incomplete"
      >
        ${windows.map(bar)}
      </svg>
      <p class="note">
        ${clock.at(first.start)} to ${clock.at(last.start)}; amber windows are incomplete.
      </p>`,
  );
}

function problems({ windows, status }: SystemView): Html {
  const counts = new Map<string, { code: string; text: string; windows: number }>();
  for (const { code, subject, text } of windows.flatMap((window) => window.problems)) {
    const key = `${code} ${subject}`;
    const known = counts.get(key) ?? { code, text, windows: 0 };
    counts.set(key, { ...known, windows: known.windows + 1 });
  }
  const found = [...counts.values()].toSorted((a, b) => b.windows - a.windows);
  const columns = [
    { title: 'Problem', cell: ({ text }: (typeof found)[number]) => text },
    { title: 'Code', cell: ({ code }: (typeof found)[number]) => html`<code>${code}</code>` },
    { title: 'Windows', isNumber: true, cell: (one: (typeof found)[number]) => one.windows },
  ];
  const remaining = status.lastProblems.length;
  return card(
    'Data problems, last 24 h',
    html`${table('Data problems of the last 24 hours', found.slice(0, MOST_PROBLEMS), columns, { empty: 'None.' })}
    ${remaining > 0 && html`<p class="note">${remaining} of them in the last window.</p>`}`,
  );
}

/** What windows cost Prometheus. */
function work(last: CycleWork | null): Html | null {
  if (last === null) return null;
  const { windows, queries, samples, bytes, seconds, refusals, splitMetrics, helpers } = last;
  const perWindow = (value: number): string => formatCount(Math.round(value / windows));
  const rows = [
    ['Queries', perWindow(queries)],
    ['Samples that it sent', perWindow(samples)],
    ['Size of its answers', formatBytes(bytes / windows)],
    ['Time until its answers were there, added up', formatDuration((1000 * seconds) / windows)],
    ['Queries that it refused', perWindow(refusals)],
    ['Metrics that it is asked for in parts of the pods', formatCount(splitMetrics)],
    ...(helpers > 0
      ? [['Processes that asked for namespaces too', formatCount(helpers)] as const]
      : []),
  ] as const;
  return card(
    'What a window costs Prometheus',
    html`${table('Work of Prometheus for a window', rows, [
        { title: 'What', cell: ([what]) => what },
        { title: 'A window', isNumber: true, cell: ([, value]) => value },
      ])}
      <p class="note">In the last cycle, of ${formatCount(windows)} windows.</p>`,
  );
}

/** The scrape jobs whose metrics are believed. */
function sources({
  status: { sources: believed = {}, acceptedSources = [] },
}: SystemView): Html | null {
  const rows = [...Object.entries(believed), ['accepted by an operator', acceptedSources] as const];
  const shown = rows.filter(([, jobs]) => jobs.length > 0);
  if (shown.length === 0) return null;
  return card(
    'Scrape jobs that are believed',
    table('Scrape jobs by exporter', shown, [
      { title: 'Exporter', cell: ([exporter]) => exporter },
      {
        title: 'Jobs',
        cell: ([, jobs]) =>
          jobs.map((job) => (job === '' ? 'series without a job' : job)).join(', '),
      },
    ]),
  );
}

function deliveries(
  title: string,
  rows: readonly DeliveryStatus[],
  clock: LocalClock,
): Html | null {
  if (rows.length === 0) return null;
  return card(
    title,
    table(title, rows, [
      { title: 'To', cell: ({ receiver }) => `${receiver.channel} ${receiver.target}` },
      { title: 'Since', cell: ({ createdAt }) => clock.at(createdAt) },
      { title: 'Attempts', isNumber: true, cell: ({ attempts }) => attempts },
      {
        title: 'Error',
        cell: ({ code, error }) => (error === null ? '' : `${code ?? ''}: ${error}`),
      },
    ]),
  );
}

function auditLog({ audit }: SystemView, clock: LocalClock): Html {
  return card(
    'Audit log',
    table(
      'Changes, latest first',
      audit,
      [
        { title: 'When', cell: ({ at }) => clock.at(at) },
        { title: 'Who', cell: ({ who }) => who },
        { title: 'Action', cell: ({ action }) => html`<code>${action}</code>` },
        { title: 'Subject', cell: ({ subject }) => html`<code>${subject}</code>` },
        { title: 'From', cell: ({ via }) => via },
        { title: 'Details', cell: ({ detail }) => detailText(detail) },
      ],
      { empty: 'No changes yet.' },
    ),
  );
}

function detailText(detail: StoredAuditEntry['detail']): string {
  const shown = Object.entries(detail).filter(([, value]) => value !== null);
  return shown
    .map(([key, value]) => {
      const isTime = key === 'until' || key === 'endsAt';
      return `${key}: ${isTime ? new Date(Number(value)).toISOString() : String(value)}`;
    })
    .join(', ');
}
