import { decideFinding, type DecisionRequest } from '../detect/findings/decideFinding.ts';
import type { Finding } from '../model/finding.ts';
import { cancelEvent, planEvent, type EventRequest } from '../detect/planned/changeEvents.ts';
import { readEvents } from '../detect/planned/plannedEvents.ts';
import type { PlannedEvent } from '../model/plannedEvent.ts';
import { addSilence, endSilence } from '../notify/silences/changeSilence.ts';
import { createSilence, type SilenceRequest } from '../notify/silences/createSilence.ts';
import type { AuditEntry } from '../store/auditLog.ts';
import type { Silence } from '../store/silences/silence.ts';
import type { ServeDeps } from './deps.ts';
import { HttpProblem } from './problem.ts';
import {
  maySee,
  mayQuietAbuse,
  maySeeSilence,
  requireQuieting,
  requireSilencing,
  type Principal,
} from './security/principal.ts';
import type { Context } from 'hono';
import type { ServerEnv } from './security/access.ts';
import { requestAddress } from './security/rateLimit.ts';

type Deps = Pick<ServeDeps, 'stores' | 'now'>;

/** Who asks for a change, by which way, and from which address. */
export interface Asker {
  readonly principal: Principal;
  readonly via: Extract<AuditEntry['via'], 'api' | 'page'>;
  readonly from: string;
}

/** Who asks for what a request asks for. */
export function askerOf(
  context: Context<ServerEnv>,
  via: Asker['via'],
  { config }: Pick<ServeDeps, 'config'>,
): Asker {
  return { principal: context.var.principal, via, from: requestAddress(context, config()) };
}

/** Decides about a finding if the principal may. @throws HttpProblem 403, ChangeRefused */
export async function requestDecision(
  finding: Finding,
  request: DecisionRequest,
  { principal, via }: Asker,
  { stores, now }: Deps,
): Promise<void> {
  if (request.action === 'accept' || request.action === 'not-abuse')
    requireQuieting(principal, finding);
  await decideFinding(finding, request, { who: principal.name, via }, stores, now());
}

/** Adds a silence that begins now if the principal may. @throws HttpProblem 403, MatcherError, ChangeRefused */
export async function requestSilence(
  request: Omit<SilenceRequest, 'author'>,
  { principal, via }: Asker,
  { stores, now }: Deps,
): Promise<Silence> {
  const silence = createSilence({ ...request, author: principal.name }, now());
  requireSilencing(principal, silence.matchers);
  await addSilence(silence, { who: principal.name, via }, stores);
  return silence;
}

/** Events that are planned or go on, as far as the principal may know of them. */
export async function visibleEvents(
  principal: Principal,
  { reader, config, now }: Pick<ServeDeps, 'reader' | 'config' | 'now'>,
): Promise<readonly PlannedEvent[]> {
  const all = await readEvents(reader, config().events, now());
  // One for every namespace is everybody's: it explains what they see.
  return all.filter(
    ({ namespaces }) => namespaces.length === 0 || namespaces.some((one) => maySee(principal, one)),
  );
}

/** Announces an event if the principal may. @throws HttpProblem 403, ChangeRefused */
export async function requestEvent(
  request: Omit<EventRequest, 'holdsForAbuse'>,
  { principal, via }: Asker,
  deps: Pick<ServeDeps, 'reader' | 'config' | 'now' | 'stores'>,
): Promise<PlannedEvent> {
  if (!isOwnEvent(request, principal))
    throw new HttpProblem(
      403,
      `The token "${principal.name}" may plan events of its own namespaces only: name them`,
    );
  const known = await readEvents(deps.reader, deps.config().events, deps.now());
  const asked = { ...request, holdsForAbuse: mayQuietAbuse(principal) };
  return planEvent(asked, known, { who: principal.name, via }, deps.stores, deps.now());
}

/** Whether an event is of no other namespaces than those of the principal; one without any is of all. */
function isOwnEvent(
  { namespaces }: Pick<PlannedEvent, 'namespaces'>,
  principal: Principal,
): boolean {
  if (principal.namespaces === null) return true;
  return namespaces.length > 0 && namespaces.every((one) => maySee(principal, one));
}

/** Withdraws an event if the principal may. @throws HttpProblem 403, 404, ChangeRefused */
export async function requestEventEnd(
  id: string,
  { principal, via }: Asker,
  deps: Pick<ServeDeps, 'reader' | 'config' | 'now' | 'stores'>,
): Promise<PlannedEvent> {
  const event = (await visibleEvents(principal, deps)).find((one) => one.id === id);
  if (event === undefined) throw new HttpProblem(404, 'There is no such event');
  if (!isOwnEvent(event, principal))
    throw new HttpProblem(403, 'This event is of more than your namespaces');
  await cancelEvent(event, { who: principal.name, via }, deps.stores, deps.now());
  return event;
}

/** Ends a silence now if the principal may. @throws HttpProblem 403, 404 */
export async function requestSilenceEnd(
  id: string,
  { principal, via }: Asker,
  { stores, now }: Deps,
): Promise<Silence> {
  const silence = (await visibleSilences(principal, { stores, now })).find((one) => one.id === id);
  if (silence === undefined) throw new HttpProblem(404, 'There is no such silence in force');
  requireSilencing(principal, silence.matchers);
  return endSilence(silence, { who: principal.name, via }, stores, now());
}

/** Silences in force or to come that the principal may know of, oldest first. */
export async function visibleSilences(
  principal: Principal,
  { stores, now }: Deps,
): Promise<readonly Silence[]> {
  const all = await stores.silences.list(now());
  return all.filter((silence) => maySeeSilence(principal, silence));
}
