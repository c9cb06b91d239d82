import { DAY_MS } from '../../model/time.ts';
import { formatMatcher } from '../../store/silences/matcher.ts';
import type { Silence } from '../../store/silences/silence.ts';
import { requestSilence, requestSilenceEnd, visibleSilences } from '../changes.ts';
import { hasScope } from '../security/principal.ts';
import { html, card, silenceFields, table, withQuery, type Html } from './html.ts';
import { layout, postForm } from './layout.ts';
import { durationOf, queryText, type PageContext, type PageRoute } from './route.ts';

const PATH = '/silences';

/** Silences in force, with a form for another one. */
export const SILENCE_PAGES: readonly PageRoute[] = [
  {
    path: PATH,
    scope: 'read',
    nav: 'Silences',
    async show({ page, principal, deps }) {
      const silences = await visibleSilences(principal, deps);
      const body = html`<h1>Silences</h1>
        <p class="note lead-note">
          A silence stops messages. Findings stay in the lists, and their cost goes on.
        </p>
        ${card('In force', list(silences, page))}
        ${hasScope(principal, 'silence') && card('Add a silence', addForm(page))}`;
      return layout(page, 'Silences', body);
    },
  },
  {
    path: PATH,
    scope: 'silence',
    async submit({ asker, deps, form }) {
      const fields = await form();
      const lines = queryText(fields, 'matchers')
        .split('\n')
        .map((line) => line.trim());
      const silence = {
        matchers: lines.filter((line) => line !== ''),
        endsAt: deps.now() + (durationOf(fields) ?? DAY_MS),
        reason: queryText(fields, 'reason'),
      };
      await requestSilence(silence, asker, deps);
      return withQuery(PATH, { done: 'silence' });
    },
  },
  {
    path: `${PATH}/:id/expire`,
    scope: 'silence',
    async submit({ asker, deps, params }) {
      await requestSilenceEnd(params['id'] ?? '', asker, deps);
      return withQuery(PATH, { done: 'expire' });
    },
  },
];

function list(silences: readonly Silence[], page: PageContext): Html {
  const endForm = ({ id, reason }: Silence) =>
    postForm(
      page,
      `${PATH}/${encodeURIComponent(id)}/expire`,
      html`<button aria-label="End the silence: ${reason}">End now</button>`,
    );
  const matchersOf = ({ matchers }: Silence) =>
    html`${matchers.map((matcher) => html`<code class="matcher">${formatMatcher(matcher)}</code> `)}`;
  return table(
    'Silences in force',
    silences,
    [
      { title: 'Matchers', cell: matchersOf },
      { title: 'Until', cell: ({ endsAt }) => page.clock.at(endsAt) },
      { title: 'Reason', cell: ({ reason }) => reason },
      { title: 'By', cell: ({ author }) => author },
      { title: 'End', cell: (one) => (hasScope(page.principal, 'silence') ? endForm(one) : null) },
    ],
    { empty: 'None: every message is sent.' },
  );
}

function addForm(page: PageContext): Html {
  const fields = html`<label
      >Matchers, one per line; all must match
      <textarea
        name="matchers"
        required
        rows="3"
        spellcheck="false"
        placeholder='namespace=shop
workload=~"load-test-.*"'
      ></textarea>
    </label>
    ${silenceFields()}
    <button>Add</button>
    <p class="note">
      Labels: namespace, workload, workload_kind, container, kind, rule, severity, owner, subject,
      id, fingerprint. Operators: = != =~ !~.
    </p>`;
  return postForm(page, PATH, fields, 'stack narrow');
}
