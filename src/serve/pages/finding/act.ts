import { html } from 'hono/html';
import type { NextStep } from '../../../model/finding.ts';
import { callSecurity } from '../../../channels/text/callSecurity.ts';
import { orderedCommands } from '../../../channels/text/evidence.ts';
import { mayQuietAbuse } from '../../security/authority.ts';
import { hasScope } from '../../security/principal.ts';
import type { PageContext } from '../context.ts';
import { csrf } from '../layout.ts';
import { silenceFields } from '../silenceFields.ts';
import { fromCluster, type Html } from '../text.ts';
import type { FindingView } from './readFinding.ts';

const EFFECTS: Readonly<Record<NextStep['effect'], readonly [string, string]>> = {
  read: ['Look', 'changes nothing'],
  contain: ['Contain', 'limits the damage, keeps the evidence'],
  destroy: ['Stop', 'only once the evidence is kept'],
};

/** What to decide: acknowledge, silence, not abuse; only what the principal may do is shown as possible. */
export function decideBox({ finding, silence }: FindingView, page: PageContext): Html {
  const { principal } = page;
  const id = encodeURIComponent(finding.id);
  if (finding.state === 'resolved')
    return html`<section class="card decide" aria-labelledby="decide-title">
      <h2 id="decide-title">Decide</h2>
      <p class="note">It is over: there is nothing left to decide.</p>
    </section>`;
  const isAbuse = finding.kind === 'cryptojacking';
  const mayQuiet = isAbuse ? mayQuietAbuse(principal) : true;
  return html`<section class="card decide" aria-labelledby="decide-title">
    <h2 id="decide-title">Decide</h2>
    ${
      hasScope(principal, 'ack')
        ? acknowledge(id, finding.state, page)
        : html`<p class="note">Your token may look, but not acknowledge (scope “ack”).</p>`
    }
    ${hasScope(principal, 'silence') && mayQuiet && silence === null ? silenceForm(id, page) : ''}
    ${
      isAbuse && mayQuiet && finding.state !== 'accepted'
        ? reasonForm(id, page, 'not-abuse', 'Not abuse …', 'Mark as not abuse')
        : ''
    }
    ${
      !isAbuse && hasScope(principal, 'ack') && finding.state !== 'accepted'
        ? reasonForm(id, page, 'accept', 'Accept …', 'Accept')
        : ''
    }
    ${
      mayQuiet
        ? ''
        : html`<p class="note">
            Silencing abuse takes a token with the scope “silence” that sees the whole cluster.
          </p>`
    }
  </section>`;
}

function acknowledge(id: string, state: string, page: PageContext): Html {
  const isOpen = state === 'open';
  return html`<form method="post" action="/findings/${id}/decide">
    ${csrf(page)}
    <input type="hidden" name="action" value="${isOpen ? 'acknowledge' : 'reopen'}" />
    <button class="${isOpen ? 'primary' : ''}">${isOpen ? 'Acknowledge' : 'Open again'}</button>
    <p class="note">
      ${isOpen ? 'Tells everybody that you look after it; reminders stop.' : 'Takes the decision back.'}
    </p>
  </form>`;
}

function silenceForm(id: string, page: PageContext): Html {
  return html`<details>
    <summary>Silence …</summary>
    <form method="post" action="/findings/${id}/silence" class="stack">
      ${csrf(page)} ${silenceFields()}
      <button>Silence this finding</button>
    </form>
  </details>`;
}

function reasonForm(
  id: string,
  page: PageContext,
  action: 'not-abuse' | 'accept',
  title: string,
  button: string,
): Html {
  return html`<details>
    <summary>${title}</summary>
    <form method="post" action="/findings/${id}/decide" class="stack">
      ${csrf(page)}
      <input type="hidden" name="action" value="${action}" />
      <label>Reason <input name="reason" required maxlength="500" autocomplete="off" /></label>
      <label
        >Review in
        <select name="for">
          <option value="7d">7 days</option>
          <option value="30d" selected>30 days</option>
          <option value="90d">90 days</option>
        </select></label
      >
      <button>${button}</button>
    </form>
  </details>`;
}

/** Commands to copy, in the order in which a careful person runs them. */
export function commandBox({ finding }: FindingView, kubeContext: string | null): Html {
  const steps = orderedCommands(finding, kubeContext);
  const advice = callSecurity(finding, 'page');
  return html`<section class="card commands" aria-labelledby="commands-title">
    <h2 id="commands-title">What to do</h2>
    ${
      advice === null
        ? ''
        : html`<p class="advice ${finding.severity}">
            <strong>${advice.lead}</strong>: ${advice.why}
          </p>`
    }
    ${
      steps.length === 0
        ? html`<p class="note">No commands are suggested for this kind of finding.</p>`
        : html`<ol>
            ${steps.map(
              ({ command, effect, why }, index) =>
                html`<li class="${effect}">
                  <p>
                    <span class="effect" title="${EFFECTS[effect][1]}">${EFFECTS[effect][0]}</span>
                    ${fromCluster(why)}
                  </p>
                  <div class="command">
                    <pre
                      tabindex="0"
                    ><code id="command-${index}">${fromCluster(command)}</code></pre>
                    <button type="button" class="copy" data-copy="command-${index}">Copy</button>
                  </div>
                </li>`,
            )}
          </ol>`
    }
  </section>`;
}
