import { orderedCommands } from '../../../notify/content/evidence.ts';
import type { Finding, NextStep } from '../../../model/finding.ts';
import { mayQuietAbuse, hasScope } from '../../security/principal.ts';
import {
  card,
  choice,
  copyBox,
  findingPath,
  folded,
  html,
  note,
  reasonField,
  silenceFields,
  type Html,
} from '../html.ts';
import { postForm } from '../layout.ts';
import type { PageContext } from '../route.ts';
import type { FindingView } from './readFinding.ts';

const EFFECTS: Readonly<Record<NextStep['effect'], readonly [name: string, meaning: string]>> = {
  read: ['Look', 'changes nothing'],
  contain: ['Contain', 'limits the damage, keeps the evidence'],
  destroy: ['Stop', 'only once the evidence is kept'],
};

const REVIEW_LENGTHS = { '7d': '7 days', '30d': '30 days', '90d': '90 days' };

/** The first button of an operator on call; null without the scope, or where nothing is to be acknowledged. */
export function acknowledgeBox({ finding }: FindingView, page: PageContext): Html | null {
  if (finding.state === 'resolved' || !hasScope(page.principal, 'ack')) return null;
  return acknowledgeForm(finding, page);
}

/** Silence, accept, not abuse: only what the principal may do is offered. */
export function decideBox({ finding, silence }: FindingView, page: PageContext): Html {
  return card('Decide', decisions(finding, silence !== null, page), { kind: 'decide' });
}

function decisions(finding: Finding, isSilenced: boolean, page: PageContext): Html {
  if (finding.state === 'resolved') return note('Resolved: there is nothing to decide.');
  const { principal } = page;
  const isAbuse = finding.kind === 'cryptojacking';
  const mayQuiet = !isAbuse || mayQuietAbuse(principal);
  const mayAcknowledge = hasScope(principal, 'ack');
  const isAcceptable = finding.state !== 'accepted';
  return html`${!mayAcknowledge && note('Your token may not acknowledge findings (scope “ack”).')}
  ${hasScope(principal, 'silence') && mayQuiet && !isSilenced && silenceForm(finding, page)}
  ${isAbuse && mayQuiet && isAcceptable && reasonForm(finding, page, 'not-abuse', 'Not abuse …', 'Mark as not abuse')}
  ${!isAbuse && mayAcknowledge && isAcceptable && reasonForm(finding, page, 'accept', 'Accept …', 'Accept')}
  ${!mayQuiet && note('Silencing abuse needs a token with the scope “silence” for the whole cluster.')}`;
}

function acknowledgeForm({ id, state }: Finding, page: PageContext): Html {
  const isOpen = state === 'open';
  return postForm(
    page,
    `${findingPath(id)}/decide`,
    html`<input type="hidden" name="action" value="${isOpen ? 'acknowledge' : 'reopen'}" />
      <button class="${isOpen ? 'primary' : ''}">${isOpen ? 'Acknowledge' : 'Open again'}</button>
      ${note(isOpen ? 'Shows others that you are on it; reminders stop.' : 'Withdraws the decision.')}`,
  );
}

function silenceForm({ id }: Finding, page: PageContext): Html {
  const fields = html`${silenceFields()}<button>Silence this finding</button>`;
  return folded('Silence …', postForm(page, `${findingPath(id)}/silence`, fields, 'stack'));
}

function reasonForm(
  { id }: Finding,
  page: PageContext,
  action: 'not-abuse' | 'accept',
  title: string,
  button: string,
): Html {
  const fields = html`<input type="hidden" name="action" value="${action}" />
    ${reasonField()} ${choice('Review in', 'for', REVIEW_LENGTHS, '30d')}
    <button>${button}</button>`;
  return folded(title, postForm(page, `${findingPath(id)}/decide`, fields, 'stack'));
}

/** Commands to copy, from those that change nothing to those that stop the workload. */
export function commandBox({ finding }: FindingView, kubeContext: string | null): Html {
  const steps = orderedCommands(finding, kubeContext);
  return card(
    'Next steps',
    steps.length === 0
      ? note('No commands for this kind of finding.')
      : html`<ol>
          ${steps.map(commandItem)}
        </ol>`,
    { kind: 'commands' },
  );
}

function commandItem({ command, effect, why }: NextStep, index: number): Html {
  const [name, meaning] = EFFECTS[effect];
  return html`<li class="${effect}">
    <p><span class="effect" title="${meaning}">${name}</span> ${why}</p>
    ${copyBox(`command-${index}`, command)}
  </li>`;
}
