import { html } from 'hono/html';
import { formatMatcher } from '../../../store/silences/matcher.ts';
import type { Silence } from '../../../store/silences/silence.ts';
import { hasScope } from '../../security/principal.ts';
import type { PageContext } from '../context.ts';
import { csrf, layout } from '../layout.ts';
import { table } from '../table.ts';
import { silenceFields } from '../silenceFields.ts';
import { fromCluster, type Html } from '../text.ts';

/** Silences in force, with a form for another one. */
export function silencesPage(silences: readonly Silence[], page: PageContext): Html {
  const maySilence = hasScope(page.principal, 'silence');
  return layout(page, {
    title: 'Silences',
    section: '/silences',
    body: html`<h1>Silences</h1>
      <p class="note lead-note">
        A silence stops messages, not findings: they stay in the lists, and go on costing.
      </p>
      <section class="card" aria-labelledby="in-force-title">
        <h2 id="in-force-title">In force</h2>
        ${
          silences.length === 0
            ? html`<p class="note">None: everything is told.</p>`
            : list(silences, page, maySilence)
        }
      </section>
      ${maySilence ? addForm(page) : ''}`,
  });
}

function list(silences: readonly Silence[], page: PageContext, maySilence: boolean): Html {
  const { clock } = page;
  return table('Silences in force', silences, [
    {
      title: 'What',
      cell: ({ matchers }) =>
        html`${matchers.map(
          (matcher) => html`<code class="matcher">${fromCluster(formatMatcher(matcher))}</code> `,
        )}`,
    },
    { title: 'Until', cell: ({ endsAt }) => clock.at(endsAt) },
    { title: 'Reason', cell: ({ reason }) => fromCluster(reason) },
    { title: 'By', cell: ({ author }) => fromCluster(author) },
    {
      title: 'End',
      cell: ({ id, reason }) =>
        maySilence
          ? html`<form method="post" action="/silences/${encodeURIComponent(id)}/expire">
              ${csrf(page)}<button aria-label="End the silence: ${fromCluster(reason)}">
                End now
              </button>
            </form>`
          : '',
    },
  ]);
}

function addForm(page: PageContext): Html {
  return html`<section class="card" aria-labelledby="add-title">
    <h2 id="add-title">Add a silence</h2>
    <form method="post" action="/silences" class="stack narrow">
      ${csrf(page)}
      <label
        >Matchers, one a line; all must fit
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
      </p>
    </form>
  </section>`;
}
