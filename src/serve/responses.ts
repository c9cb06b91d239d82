import type { Identity } from '../respond/people.ts';
import { ResponseRefused } from '../respond/refusals.ts';
import {
  approve,
  listResponses,
  requestPlan,
  undo,
  type PlanRequest,
} from '../respond/requests.ts';
import type { Response } from '../store/responses.ts';
import type { Asker } from './changes.ts';
import type { ServeDeps } from './deps.ts';
import { findWhole, maySee, visibleNamespaces, type Principal } from './security/principal.ts';

/** A token proves who asks; without tokens all clients on loopback are the same. */
function identityOf({ principal, via, from }: Asker): Identity {
  const { name } = principal;
  const proof = principal.via === 'loopback' ? null : ({ kind: 'token', id: name } as const);
  return { who: name, via, from, proof };
}

/** Responses that the principal may know of, newest first. */
export function visibleResponses(
  query: Omit<Parameters<typeof listResponses>[0], 'namespaces'>,
  principal: Principal,
  { responses }: ServeDeps,
): Promise<readonly Response[]> {
  return listResponses({ ...query, namespaces: visibleNamespaces(principal) }, responses);
}

/** A response, if there is one and the principal may see it: both cases answer alike. @throws ResponseRefused */
export async function visibleResponse(
  id: string,
  principal: Principal,
  { responses }: ServeDeps,
): Promise<Response> {
  const response = await responses.store.get(id);
  if (response === null || !maySee(principal, response.namespace))
    throw new ResponseRefused('not-found', 'There is no such response');
  return response;
}

/** Plans a response to a finding. @throws HttpProblem 404, ResponseRefused */
export async function planResponse(
  { findingId, ...rest }: Omit<PlanRequest, 'finding'> & { readonly findingId: string },
  asker: Asker,
  deps: ServeDeps,
): Promise<Response> {
  // What the asker may not see does not change what is planned.
  const finding = await findWhole(findingId, asker.principal, deps);
  return requestPlan({ finding, ...rest }, identityOf(asker), deps.responses);
}

/** @throws ResponseRefused */
export async function approveResponse(
  id: string,
  hash: string | null,
  asker: Asker,
  deps: ServeDeps,
): Promise<Response> {
  await visibleResponse(id, asker.principal, deps);
  return approve(id, hash, identityOf(asker), deps.responses);
}

/** @throws ResponseRefused */
export async function undoResponse(id: string, asker: Asker, deps: ServeDeps): Promise<Response> {
  await visibleResponse(id, asker.principal, deps);
  return undo(id, identityOf(asker), deps.responses);
}
