import { z } from 'zod';
import {
  SIGNAL_CLASSES,
  SIGNAL_SOURCES,
  SOURCE_NAMES,
  type Signal,
  type SignalClass,
} from '../../model/signal.ts';
import { CLASS_NAMES } from '../../detect/signals/signalTexts.ts';
import { plural } from '../../model/text/units.ts';
import { DAY_MS } from '../../model/time.ts';
import type { SignalPage, SignalQuery } from '../../store/signals.ts';
import {
  badge,
  choice,
  html,
  namespaceLink,
  note,
  pager,
  table,
  textField,
  withQuery,
  workloadLink,
  type Html,
} from './html.ts';
import { layout } from './layout.ts';
import type { PageContext, ShownPage } from './route.ts';

const PATH = '/signals';
const PAGE_SIZE = 100;
const DAYS = 7;

/** The filters of an address; an unknown value counts as none. */
const filters = z.object({
  source: z.enum(SIGNAL_SOURCES).nullable().catch(null),
  class: z.enum(SIGNAL_CLASSES).nullable().catch(null),
  namespace: z.string().min(1).max(253).nullable().catch(null),
  offset: z.coerce.number().int().min(0).max(1_000_000).catch(0),
});

type Filters = z.output<typeof filters>;

/** Events of other tools, newest first. */
export const signalsPage: ShownPage = {
  path: PATH,
  scope: 'read',
  nav: 'Signals',
  async show({ page, query, deps }) {
    const chosen = filters.parse(query);
    const ask: SignalQuery = {
      ...chosen,
      from: page.now - DAYS * DAY_MS,
      to: Number.MAX_SAFE_INTEGER,
      limit: PAGE_SIZE,
      workload: null,
      namespaces: page.namespaces,
    };
    return layout(page, 'Signals', body(await deps.questions.signals(ask), chosen, page));
  },
};

function body({ signals, total }: SignalPage, chosen: Filters, page: PageContext): Html {
  const pathOf = (offset: number) => withQuery(PATH, { ...chosen, offset });
  return html`<div class="section-head">
      <h1>Signals of other tools</h1>
      ${note(`${plural(total, 'event')} in ${DAYS} days`)}
    </div>
    ${filterForm(chosen)}
    <section class="card" aria-label="Signals">
      ${table('Signals', signals, columns(page), {
        empty:
          'None. The documentation (signals.md) says how Falco, the audit log and others send them.',
      })}
      ${pager({ offset: chosen.offset, limit: PAGE_SIZE, total }, pathOf)}
    </section>`;
}

/** Counts of calls are no events. */
const SHOWN_CLASSES = SIGNAL_CLASSES.filter((one) => one !== 'api-calls');

function filterForm({ source, class: what, namespace }: Filters): Html {
  const classes = SHOWN_CLASSES.map((one): [SignalClass, string] => [one, CLASS_NAMES[one]]);
  return html`<form method="get" action="${PATH}" class="card filters" role="search">
    ${choice('Tool', 'source', { '': 'Any', ...SOURCE_NAMES }, source ?? '')}
    ${choice('Kind', 'class', { '': 'Any', ...Object.fromEntries(classes) }, what ?? '')}
    ${textField('Namespace', 'namespace', 253, { value: namespace ?? '' })}
    <button>Show</button>
  </form>`;
}

function columns({ clock }: PageContext) {
  return [
    { title: 'Time', cell: ({ at }: Signal) => clock.at(at) },
    {
      title: 'Event',
      cell: ({ severity, source, class: what, text, count }: Signal) =>
        html`${badge(severity, severity)}
          ${text}${count > 1 && html` <small>${count} times</small>`}
          <small>${SOURCE_NAMES[source]}, ${CLASS_NAMES[what]}</small>`,
    },
    { title: 'About', cell: aboutOf },
    {
      title: 'By',
      cell: ({ actor: { user, userAgent, sourceIps } }: Signal) =>
        user === null && sourceIps.length === 0
          ? null
          : html`${user}
              <small
                >${[...sourceIps, userAgent?.split(' ')[0] ?? ''].filter((one) => one !== '').join(', ')}</small
              >`,
    },
  ];
}

function aboutOf({ target }: Signal): Html | string | null {
  const { namespace, workload, pod, container, image, node } = target;
  if (namespace === null) return pod ?? image ?? node;
  if (workload !== null) return workloadLink(namespace, workload);
  return html`${namespaceLink(namespace)}
    <small>${[pod, container].filter((one) => one !== null).join(', ')}</small>`;
}
