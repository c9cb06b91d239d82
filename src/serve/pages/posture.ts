import { CLUSTER, SCOPES, type PostureScope } from '../../detect/posture/check.ts';
import type { CheckJson } from '../../detect/posture/checkJson.ts';
import { ADMIN_PATH } from '../../detect/posture/checks/access/pathCheck.ts';
import { evaluatedOf } from '../../detect/posture/evaluate.ts';
import { formatShare } from '../../model/text/units.ts';
import type { NamespacePostureData } from '../questions/answerPosture.ts';
import {
  badge,
  choice,
  html,
  namespaceLink,
  note,
  plainList,
  posturePath,
  shareColumn,
  table,
  workloadPath,
  type Html,
  type HtmlColumn,
} from './html.ts';
import { layout } from './layout.ts';
import {
  accessChanges,
  listTable,
  OWNER_COLUMN,
  SCOPE_NAMES,
  TREND_COLUMN,
} from './postureLists.ts';
import { namespaceOf, type ShownPage } from './route.ts';

const SEVERITIES = ['critical', 'high', 'medium', 'low', 'info'];
/** Results of one check that are listed. */
const MOST_RESULTS = 50;

/** The posture of the namespaces, the worst first. */
export const posturePage: ShownPage = {
  path: '/posture',
  scope: 'read',
  nav: 'Posture',
  async show({ page, deps, query }) {
    const { namespaces } = page;
    const scope = SCOPES.find((one) => one === query['scope']) ?? null;
    const view = await deps.questions.posture({ namespaces, namespace: null, scope });
    const worstFirst = view.namespaces.toSorted((a, b) => (a.score ?? 101) - (b.score ?? 101));
    return layout(
      page,
      'Posture',
      html`<div class="section-head">
          <h1>Posture</h1>
          ${view.asOf !== null && note(html`As of ${page.clock.at(view.asOf)}`)}
        </div>
        ${view.asOf !== null && scopeForm(scope)} ${adminWays(view.namespaces)}
        ${listTable(view.lists)}
        <section class="card" aria-label="Posture by namespace">
          ${
            view.namespaces.length === 0 && view.asOf === null
              ? unknownPosture()
              : table('Posture by namespace', worstFirst, [
                  ...COLUMNS,
                  ...(scope === null ? SCOPES.map(scopeColumn) : []),
                  ...LAST_COLUMNS,
                ])
          }
        </section>
        ${view.asOf !== null && accessChanges(view.changes, page.clock)}`,
    );
  },
};

function scopeForm(scope: PostureScope | null): Html {
  return html`<form method="get" action="/posture" class="card filters" role="search">
    ${choice('What to look at', 'scope', { '': 'Everything', ...SCOPE_NAMES }, scope ?? '')}
    <button>Show</button>
  </form>`;
}

/** Who can become cluster-admin: the shortest ways first, as the check says them. */
function adminWays(namespaces: readonly NamespacePostureData[]): Html | false {
  const ways = namespaces.flatMap(({ namespace, checks }) =>
    checks
      .filter(({ id }) => id === ADMIN_PATH)
      .flatMap(({ results }) => results.filter(({ outcome }) => outcome === 'failed'))
      .map(({ text }) => ({ namespace, text })),
  );
  if (ways.length === 0) return false;
  const more = ways.length - MOST_RESULTS;
  return html`<section class="card check" aria-labelledby="ways">
    <h2 id="ways">
      ${badge('critical', 'critical')} Ways to cluster-admin <small>${ways.length}</small>
    </h2>
    ${plainList([
      ...ways
        .slice(0, MOST_RESULTS)
        .map(
          ({ namespace, text }) =>
            html`<a href="${posturePath(namespace)}">${namespace}</a>: ${text}`,
        ),
      ...(more > 0 ? [`and ${more} more`] : []),
    ])}
  </section>`;
}

const COLUMNS: readonly HtmlColumn<NamespacePostureData>[] = [
  {
    title: 'Namespace',
    cell: ({ namespace }) => html`<a href="${posturePath(namespace)}">${namespace}</a>`,
  },
  { title: 'Score', isNumber: true, cell: ({ score }) => score ?? 'unknown' },
  { title: 'Grade', cell: gradeBadge },
  TREND_COLUMN,
  OWNER_COLUMN,
];

function scopeColumn(scope: PostureScope): HtmlColumn<NamespacePostureData> {
  return {
    title: SCOPE_NAMES[scope],
    isNumber: true,
    isExtra: true,
    cell: ({ scopes }) => scopes[scope] ?? '',
  };
}

const LAST_COLUMNS: readonly HtmlColumn<NamespacePostureData>[] = [
  shareColumn('Known', ({ known }) => known),
  { title: 'Failed', isNumber: true, cell: ({ failed }) => failed },
  { title: 'Evaluated', isNumber: true, cell: evaluatedOf },
  { title: 'Worst', cell: worst },
];

/** One namespace with everything that failed, and what could not be evaluated. */
export const namespacePosturePage: ShownPage = {
  path: '/posture/:namespace',
  scope: 'read',
  async show(request) {
    const { page, deps } = request;
    const { namespaces } = page;
    const isCluster = request.params['namespace'] === CLUSTER && namespaces === null;
    const namespace = isCluster ? CLUSTER : await namespaceOf(request);
    const view = await deps.questions.posture({ namespaces, namespace });
    const [posture = null] = view.namespaces;
    const title = isCluster ? 'Posture of the cluster' : `Posture of ${namespace}`;
    return layout(
      page,
      title,
      html`<p class="crumbs">
          <a href="/posture">Posture</a> / ${isCluster ? 'the cluster' : namespaceLink(namespace)}
        </p>
        <h1>${title} ${posture && gradeBadge(posture)}</h1>
        ${
          posture === null
            ? html`<section class="card">${unknownPosture()}</section>`
            : html`<p class="note lead-note">
                  ${scoreText(posture)} Owner: ${posture.owner ?? 'not named'}. ${posture.failed}
                  failed, ${posture.passed} passed, ${posture.notEvaluated} not evaluated.
                </p>
                ${listTable(view.lists)} ${checkList(posture)}
                ${accessChanges(view.changes, page.clock)}`
        }`,
    );
  },
};

/** The checks that did not pass, the most severe first. */
export function checkList({
  namespace,
  checks,
}: Pick<NamespacePostureData, 'namespace' | 'checks'>): Html {
  const open = checks
    .filter(({ results }) => results.length > 0)
    .toSorted((a, b) => SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity));
  if (open.length === 0) return note('Every check passed.');
  return html`${open.map((check) => checkCard(check, namespace))}`;
}

function checkCard(
  { id, title, severity, results, failed, notEvaluated }: CheckJson,
  namespace: string,
): Html {
  const more = results.length - MOST_RESULTS;
  return html`<section class="card check" aria-labelledby="check-${id}">
    <h2 id="check-${id}">
      ${badge(severity, toneOf(severity))} ${title}
      <small>${failed} failed${notEvaluated > 0 && `, ${notEvaluated} not evaluated`}</small>
    </h2>
    ${plainList([
      ...results.slice(0, MOST_RESULTS).map((result) => resultItem(result, namespace)),
      ...(more > 0 ? [`and ${more} more`] : []),
    ])}
  </section>`;
}

function resultItem(
  { workload, container, subject, text, outcome }: CheckJson['results'][number],
  namespace: string,
): Html {
  if (subject !== null && !text.includes(subject))
    return html`${outcome === 'not-evaluated' && badge('not evaluated', '')} ${subject}: ${text}`;
  const where =
    workload !== null &&
    html`<a href="${workloadPath(namespace, workload)}">${workload.name}</a
      >${container !== null && ` / ${container}`}: `;
  return html`${outcome === 'not-evaluated' && badge('not evaluated', '')} ${where}${text}`;
}

function toneOf(severity: string): string {
  if (severity === 'critical' || severity === 'high') return 'critical';
  return severity === 'medium' ? 'warning' : 'info';
}

function scoreText(posture: NamespacePostureData): string {
  const { score, grade, known } = posture;
  if (score === null) return 'No score: no check could be evaluated.';
  const whole = `Score ${score} of 100, evaluated ${evaluatedOf(posture)} results with ${formatShare(known)} of the weight`;
  return grade === null ? `${whole}: too few for a grade.` : `${whole}.`;
}

export function gradeBadge({ grade }: Pick<NamespacePostureData, 'grade'>): Html {
  if (grade === null) return badge('not enough known', '');
  return badge(
    grade,
    grade === 'A' || grade === 'B' ? 'good' : grade === 'C' ? 'warning' : 'critical',
  );
}

function worst({ checks }: NamespacePostureData): string {
  const failing = checks.filter(({ failed }) => failed > 0);
  const [first] = failing.toSorted(
    (a, b) => SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity),
  );
  return first === undefined ? 'none' : `${first.title} (${first.failed})`;
}

export function unknownPosture(): Html {
  return note('Unknown: no window has recorded the cluster yet.');
}
