import { MAX_REASON_LENGTH } from '../../detect/findings/decideFinding.ts';
import type { Finding } from '../../model/finding.ts';
import { ACTION_NAMES, targetText } from '../../respond/announce.ts';
import { approvalsNeeded, shownState } from '../../respond/lifecycle.ts';
import { partyName } from '../../respond/people.ts';
import { trailOf, type TrailEntry } from '../../respond/record.ts';
import { RESPONSE_ACTIONS, type Response, type ResponseState } from '../../store/responses.ts';
import { HttpProblem } from '../problem.ts';
import {
  approveResponse,
  planResponse,
  undoResponse,
  visibleResponse,
  visibleResponses,
} from '../responses.ts';
import { hasScope } from '../security/principal.ts';
import {
  badge,
  card,
  choice,
  findingPath,
  folded,
  html,
  note,
  plainList,
  table,
  textField,
  withQuery,
  type Html,
} from './html.ts';
import { layout, postForm } from './layout.ts';
import { queryText, type PageContext, type PageRoute } from './route.ts';

const PATH = '/response';
const LISTED = 200;

/** Responses to findings: the list, each with its plan, and the forms that plan, approve and undo. */
export const RESPONSE_PAGES: readonly PageRoute[] = [
  {
    path: PATH,
    scope: 'read',
    nav: 'Responses',
    isListed: ({ response }) => response.enabled,
    async show({ page, principal, deps }) {
      const asked = { isOpen: false, findingId: null, limit: LISTED };
      const all = await visibleResponses(asked, principal, deps);
      const { enabled } = deps.responses.policy();
      const body = html`<h1>Responses</h1>
        <p class="note lead-note">
          ${
            enabled
              ? 'An action on the cluster takes the approval of two people who did not ask for it. It is undone by a button, or when its time is over.'
              : 'Responses are off: set response.enabled and response.approvers in the configuration.'
          }
        </p>
        ${card(all.length < LISTED ? 'All responses' : `The last ${LISTED} responses`, list(all, page))}`;
      return layout(page, 'Responses', body);
    },
  },
  {
    path: `${PATH}/:id`,
    scope: 'read',
    async show({ page, principal, deps, params }) {
      const response = await visibleResponse(params['id'] ?? '', principal, deps);
      const title = `${ACTION_NAMES[response.action]}: ${targetText(response)}`;
      const trail = await trailOf(response.id, deps.responses.audit);
      return layout(page, title, body(response, trail, page));
    },
  },
  {
    path: `${PATH}/:id/approve`,
    scope: 'ack',
    async submit({ params, asker, deps, form }) {
      const hash = queryText(await form(), 'hash');
      if (hash === '') throw new HttpProblem(400, 'The form names no plan');
      const { id } = await approveResponse(params['id'] ?? '', hash, asker, deps);
      return withQuery(`${PATH}/${id}`, { done: 'approve' });
    },
  },
  {
    path: `${PATH}/:id/undo`,
    scope: 'ack',
    async submit({ params, asker, deps }) {
      const { id } = await undoResponse(params['id'] ?? '', asker, deps);
      return withQuery(`${PATH}/${id}`, { done: 'undo' });
    },
  },
  {
    path: '/findings/:id/respond',
    scope: 'ack',
    async submit({ params, asker, deps, form }) {
      const fields = await form();
      const action = RESPONSE_ACTIONS.find((one) => one === queryText(fields, 'action'));
      if (action === undefined) throw new HttpProblem(400, 'This form has no such action');
      const isByOwner = queryText(fields, 'select') === 'owner';
      const asked = {
        findingId: params['id'] ?? '',
        action,
        select: isByOwner ? ('owner' as const) : ('pods' as const),
        reason: queryText(fields, 'reason').slice(0, MAX_REASON_LENGTH),
      };
      const { id } = await planResponse(asked, asker, deps);
      return withQuery(`${PATH}/${id}`, { done: 'plan' });
    },
  },
];

const BADGES: Readonly<Record<ResponseState, string>> = {
  planned: 'info',
  approved: 'warning',
  executing: 'warning',
  verified: 'warning',
  undoing: 'warning',
  undone: 'quiet',
  expired: 'quiet',
  failed: 'critical',
  withdrawn: 'quiet',
};

function stateOf(response: Response, { now }: PageContext): Html {
  const state = shownState(response, now);
  const isOver = response.endedAt !== null && state === 'verified';
  return badge(state, isOver ? 'quiet' : BADGES[state]);
}

function list(responses: readonly Response[], page: PageContext): Html {
  return table(
    'Responses',
    responses,
    [
      {
        title: 'Action',
        cell: (one) => html`<a href="${PATH}/${one.id}">${ACTION_NAMES[one.action]}</a>`,
      },
      { title: 'Where', cell: targetText },
      { title: 'State', cell: (one) => stateOf(one, page) },
      {
        title: 'Approved',
        cell: ({ approvals, action }) => `${approvals.length} of ${approvalsNeeded(action)}`,
      },
      { title: 'Asked for by', cell: ({ requestedBy }) => partyName(requestedBy), isExtra: true },
      { title: 'Planned', cell: ({ plannedAt }) => page.clock.at(plannedAt) },
    ],
    { empty: 'None. A finding’s page has the form to plan one.' },
  );
}

function body(response: Response, trail: readonly TrailEntry[], page: PageContext): Html {
  const { action, plan, steps, reason, findingId, approvals, failure, notes, id } = response;
  const { clock } = page;
  return html`<p class="crumbs"><a href="${PATH}">Responses</a> / ${id}</p>
    <h1>${ACTION_NAMES[action]} <span class="subject">${targetText(response)}</span></h1>
    <p class="badges">${stateOf(response, page)}</p>
    ${failure !== null && html`<p class="advice critical"><strong>${failure.code}</strong>: ${failure.message}</p>`}
    ${notes.length > 0 && card('Not undone', plainList(notes))}
    ${card(
      'Plan',
      html`<div class="flow">
        <p>
          For <a href="${findingPath(findingId)}">finding ${findingId}</a>, asked for by
          ${partyName(response.requestedBy)}${reason !== '' && `: “${reason}”`}.
        </p>
        ${
          plan.operations.length === 0
            ? note('It only reads: manifests, logs and events are captured.')
            : html`<ol class="steps">
                ${plan.operations.map(
                  ({ text }, index) => html`<li>${text} ${badge(steps[index] ?? '', 'quiet')}</li>`,
                )}
              </ol>`
        }
        ${plan.irreversible !== null && html`<p class="advice warning">${plan.irreversible}</p>`}
        ${plan.warnings.length > 0 && plainList(plan.warnings)}
        ${plan.pods.length > 0 && note(`Pods: ${plan.pods.join(', ')}`)}
        ${table('Objects as the plan found them', plan.targets, [
          { title: 'Object', cell: ({ kind, name }) => `${kind} ${name}` },
          { title: 'UID', cell: ({ uid }) => html`<code>${uid}</code>` },
          {
            title: 'resourceVersion',
            cell: ({ version }) => html`<code>${version.slice(0, 16)}</code>`,
          },
        ])}
        ${note(html`Plan <code>${plan.hash.slice(0, 16)}</code>: approvals are for exactly this.`)}
      </div>`,
    )}
    ${card(
      'Approvals',
      html`<div class="flow">
        ${table(
          'Approvals',
          approvals,
          [
            { title: 'By', cell: partyName },
            { title: 'Through', cell: ({ via }) => via },
            { title: 'At', cell: ({ at }) => clock.at(at) },
          ],
          { empty: 'None yet.' },
        )}
        ${note(html`${approvals.length} of ${approvalsNeeded(action)}; good until ${clock.at(response.expiresAt)}.`)}
        ${forms(response, page)}
      </div>`,
    )}
    ${card('Audit trail', audited(trail, page))}`;
}

function audited(trail: readonly TrailEntry[], { clock }: PageContext): Html {
  return table('What happened, oldest first', trail, [
    { title: 'When', cell: ({ at }) => clock.at(at) },
    { title: 'Who', cell: ({ by }) => by },
    { title: 'What', cell: ({ what }) => what.replace('.', ' ') },
    { title: 'Refused', cell: ({ code }) => (code === null ? '' : badge(code, 'critical')) },
    { title: 'Details', cell: ({ text }) => text },
    {
      title: 'From',
      cell: ({ via, from }) => (from === '' ? via : `${via}, ${from}`),
      isExtra: true,
    },
  ]);
}

/** Approve while it can be approved; undo or take back while there is something to. */
function forms(response: Response, page: PageContext): Html | null {
  const { id, plan, action } = response;
  const state = shownState(response, page.now);
  if (!hasScope(page.principal, 'ack')) return null;
  const hash = html`<input type="hidden" name="hash" value="${plan.hash}" />`;
  const path = `${PATH}/${encodeURIComponent(id)}`;
  if (state === 'planned')
    return html`<div class="answers">
      ${postForm(page, `${path}/approve`, html`${hash}<button class="primary">Approve this plan</button>`)}
      ${postForm(page, `${path}/undo`, html`<button>Take the plan back</button>`)}
    </div>`;
  if (state !== 'verified' || action === 'evidence' || plan.irreversible !== null) return null;
  return html`${response.undoAt !== null && note(html`Undone by itself ${page.clock.at(response.undoAt)}.`)}
  ${postForm(page, `${path}/undo`, html`<button>Undo</button>`)}`;
}

/** The form of a finding's page; nothing where responses are off, or the finding is about no namespace. */
export function respondBox(finding: Finding, isEnabled: boolean, page: PageContext): Html | null {
  const isPossible = isEnabled && finding.state !== 'resolved' && finding.scope.namespace !== null;
  if (!isPossible || !hasScope(page.principal, 'ack')) return null;
  const selects = { pods: 'a label put on these pods', owner: 'the labels of their owner' };
  const fields = html`${choice('Action', 'action', ACTION_NAMES, 'evidence')}
    ${choice('Quarantine by', 'select', selects, 'pods')}
    ${textField('Reason', 'reason', MAX_REASON_LENGTH)}
    <button>Plan it</button>
    ${note('A dry run: nothing changes until two other people approve.')}`;
  const form = postForm(page, `${findingPath(finding.id)}/respond`, fields, 'stack');
  return card('Respond', folded('Plan a response …', form));
}
