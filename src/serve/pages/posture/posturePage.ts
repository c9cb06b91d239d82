import { html } from 'hono/html';
import type {
  CheckData,
  NamespacePostureData,
  PostureView,
} from '../../questions/answerPosture.ts';
import type { PageContext } from '../context.ts';
import { layout } from '../layout.ts';
import { namespacePath, workloadPath } from '../links.ts';
import { table } from '../table.ts';
import { fromCluster, type Html } from '../text.ts';
import { formatShare } from '../../../model/text/units.ts';

const SEVERITIES = ['critical', 'high', 'medium', 'low', 'info'];

/** How the namespaces stand, the worst first. */
export function posturePage({ namespaces, asOf }: PostureView, page: PageContext): Html {
  const worstFirst = namespaces.toSorted((a, b) => (a.score ?? 101) - (b.score ?? 101));
  return layout(page, {
    title: 'Posture',
    section: '/posture',
    body: html`<div class="section-head">
        <h1>Posture</h1>
        <p class="note">${asOf === null ? '' : html`As of ${page.clock.at(asOf)}`}</p>
      </div>
      <section class="card" aria-label="Posture by namespace">
        ${asOf === null ? unknownPosture() : table('Posture by namespace', worstFirst, COLUMNS)}
      </section>`,
  });
}

const COLUMNS = [
  {
    title: 'Namespace',
    cell: ({ namespace }: NamespacePostureData) =>
      html`<a href="/posture/${encodeURIComponent(namespace)}">${namespace}</a>`,
  },
  {
    title: 'Score',
    isNumber: true,
    cell: ({ score }: NamespacePostureData) => score ?? 'unknown',
  },
  { title: 'Grade', cell: (one: NamespacePostureData) => gradeBadge(one) },
  {
    title: 'Known',
    isNumber: true,
    cell: ({ known }: NamespacePostureData) => formatShare(known),
  },
  { title: 'Failed', isNumber: true, cell: ({ failed }: NamespacePostureData) => failed },
  { title: 'Passed', isNumber: true, cell: ({ passed }: NamespacePostureData) => passed },
  {
    title: 'Not judged',
    isNumber: true,
    cell: ({ notEvaluated }: NamespacePostureData) => notEvaluated,
  },
  { title: 'Worst', cell: (one: NamespacePostureData) => worst(one) },
];

/** One namespace with everything that failed, and what could not be judged. */
export function namespacePosturePage(
  posture: NamespacePostureData | null,
  namespace: string,
  page: PageContext,
): Html {
  return layout(page, {
    title: `Posture of ${namespace}`,
    section: '/posture',
    body: html`<p class="crumbs">
        <a href="/posture">Posture</a> / <a href="${namespacePath(namespace)}">${namespace}</a>
      </p>
      <h1>Posture of ${namespace} ${posture === null ? '' : gradeBadge(posture)}</h1>
      ${
        posture === null
          ? html`<section class="card">${unknownPosture()}</section>`
          : html`<p class="note lead-note">
                ${scoreText(posture)} ${posture.failed} failed, ${posture.passed} passed,
                ${posture.notEvaluated} could not be judged.
              </p>
              ${checkList(posture)}`
      }`,
  });
}

/** The checks that did not pass, the most severe first. */
export function checkList(posture: Pick<NamespacePostureData, 'namespace' | 'checks'>): Html {
  const open = posture.checks
    .filter(({ results }) => results.length > 0)
    .toSorted((a, b) => SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity));
  if (open.length === 0) return html`<p class="note">Every check passed.</p>`;
  return html`${open.map((check) => checkCard(check, posture.namespace))}`;
}

function checkCard(
  { id, title, severity, results, failed, notEvaluated }: CheckData,
  namespace: string,
): Html {
  const shown = results.slice(0, 50);
  return html`<section class="card check" aria-labelledby="check-${id}">
    <h2 id="check-${id}">
      <span class="badge ${toneOf(severity)}">${severity}</span> ${title}
      <small>${failed} failed${notEvaluated > 0 ? `, ${notEvaluated} not known` : ''}</small>
    </h2>
    <ul class="plain">
      ${shown.map(
        ({ workload, container, text, outcome }) =>
          html`<li>
            ${outcome === 'not-evaluated' ? html`<span class="badge">not known</span> ` : ''}${
              workload === null
                ? ''
                : html`<a href="${workloadPath(namespace, workload)}">${workload.name}</a
                    >${container === null ? '' : ` / ${container}`}: `
            }${fromCluster(text)}
          </li>`,
      )}
      ${results.length > shown.length ? html`<li>and ${results.length - shown.length} more</li>` : ''}
    </ul>
  </section>`;
}

function toneOf(severity: string): string {
  return severity === 'critical' || severity === 'high'
    ? 'critical'
    : severity === 'medium'
      ? 'warning'
      : 'info';
}

function scoreText({ score, grade, known }: NamespacePostureData): string {
  if (score === null) return 'No score: nothing could be judged.';
  const whole = `Score ${score} of 100, over the ${formatShare(known)} of its weight that could be judged`;
  return grade === null ? `${whole}: too little for a grade.` : `${whole}.`;
}

export function gradeBadge({ grade }: Pick<NamespacePostureData, 'grade'>): Html {
  if (grade === null) return html`<span class="badge">not enough known</span>`;
  const tone = grade === 'A' || grade === 'B' ? 'good' : grade === 'C' ? 'warning' : 'critical';
  return html`<span class="badge ${tone}">${grade}</span>`;
}

function worst({ checks }: NamespacePostureData): string {
  const failing = checks.filter(({ failed }) => failed > 0);
  const first = SEVERITIES.map((severity) => failing.find((one) => one.severity === severity)).find(
    (one) => one !== undefined,
  );
  return first === undefined ? 'nothing' : `${first.title} (${first.failed})`;
}

export function unknownPosture(): Html {
  return html`<p class="note">
    Unknown: neither Prometheus nor the Kubernetes API could be asked what runs now.
  </p>`;
}
