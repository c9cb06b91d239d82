import { MAX_EVENT_NAME } from '../../detect/planned/config.ts';
import { isConfigured } from '../../detect/planned/plannedEvents.ts';
import { DAY_MS, formatTime } from '../../model/time.ts';
import type { PlannedEvent } from '../../model/plannedEvent.ts';
import { parseTime } from '../../model/period.ts';
import { requestEvent, requestEventEnd, visibleEvents } from '../changes.ts';
import { HttpProblem } from '../problem.ts';
import { hasScope } from '../security/principal.ts';
import { card, choice, html, table, textField, withQuery, type Html } from './html.ts';
import { layout, postForm } from './layout.ts';
import { durationOf, queryText, type Form, type PageContext, type PageRoute } from './route.ts';

const PATH = '/events';

/** Planned events, with a form for another one. */
export const EVENT_PAGES: readonly PageRoute[] = [
  {
    path: PATH,
    scope: 'read',
    nav: 'Events',
    async show({ page, principal, deps }) {
      const events = await visibleEvents(principal, deps);
      const body = html`<h1>Planned events</h1>
        <p class="note lead-note">
          A load test, a sale, a migration: what it costs is no cost spike, unusual CPU is for
          information only, and neither ever counts as usual. A known miner stays critical.
        </p>
        ${card('Planned', list(events, page))}
        ${hasScope(principal, 'silence') && card('Announce an event', addForm(page))}`;
      return layout(page, 'Planned events', body);
    },
  },
  {
    path: PATH,
    scope: 'silence',
    async submit({ asker, deps, form }) {
      const event = eventOf(await form(), deps.now());
      await requestEvent(event, asker, deps);
      return withQuery(PATH, { done: 'event' });
    },
  },
  {
    path: `${PATH}/:id/remove`,
    scope: 'silence',
    async submit({ asker, deps, params }) {
      await requestEventEnd(params['id'] ?? '', asker, deps);
      return withQuery(PATH, { done: 'event-removed' });
    },
  },
];

function eventOf(fields: Form, now: number) {
  const start = queryText(fields, 'start').trim();
  // A browser sends a date and a time of day without a zone: they are UTC, as the label says.
  const startsAt = start === '' ? now : parseTime(/T\d\d:\d\d$/.test(start) ? `${start}Z` : start);
  if (startsAt === null) throw new HttpProblem(400, 'The start must be a date and a time (UTC)');
  const namespaces = queryText(fields, 'namespaces')
    .split(/[\s,]+/)
    .filter((one) => one !== '');
  return {
    name: queryText(fields, 'name'),
    startsAt,
    endsAt: startsAt + (durationOf(fields) ?? DAY_MS),
    namespaces,
    workload: queryText(fields, 'workload').trim() || null,
  };
}

function list(events: readonly PlannedEvent[], page: PageContext): Html {
  const { clock, principal, now } = page;
  const removeForm = ({ id, name }: PlannedEvent) =>
    postForm(
      page,
      `${PATH}/${encodeURIComponent(id)}/remove`,
      html`<button aria-label="Remove the event: ${name}">Remove</button>`,
    );
  const mayRemove = (event: PlannedEvent) => hasScope(principal, 'silence') && !isConfigured(event);
  return table(
    'Planned events',
    events,
    [
      { title: 'Event', cell: ({ name }) => name },
      {
        title: 'For',
        cell: ({ namespaces, workload }) =>
          html`${namespaces.length === 0 ? 'every namespace' : namespaces.join(', ')}${workload !== null && html` <small>workload ${workload}</small>`}`,
      },
      {
        title: 'From',
        cell: ({ startsAt }) =>
          html`${clock.at(startsAt)}${startsAt <= now && html` <small>has begun</small>`}`,
      },
      { title: 'To', cell: ({ endsAt }) => clock.at(endsAt) },
      { title: 'By', cell: ({ by }) => by },
      { title: 'Remove', cell: (one) => (mayRemove(one) ? removeForm(one) : null) },
    ],
    { empty: 'None.' },
  );
}

const LENGTHS = {
  '1h': '1 hour',
  '4h': '4 hours',
  '24h': '24 hours',
  '3d': '3 days',
  '7d': '7 days',
};

function addForm(page: PageContext): Html {
  const now = formatTime(page.now).slice(0, 16);
  const fields = html`${textField('Name', 'name', MAX_EVENT_NAME, { example: 'Load test', isRequired: true })}
    <label>Starts (UTC) <input type="datetime-local" name="start" value="${now}" required /></label>
    ${choice('For', 'for', LENGTHS, '4h')}
    ${textField('Namespaces, or none for all', 'namespaces', 2_000, { example: 'shop, payments' })}
    ${textField('Only this workload', 'workload', 253, { example: 'checkout' })}
    <button>Announce</button>`;
  return postForm(page, PATH, fields, 'stack narrow');
}
