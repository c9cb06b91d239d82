/**
 * Why a response is refused. The first twelve are the safeguards that docs/response.md explains; the others say that
 * there is nothing to do, or no way to do it.
 */
export const REFUSALS = {
  'not-enabled': 'response.enabled is false',
  'no-role': 'the API server does not allow it',
  'protected-namespace': 'nothing is done in a protected namespace',
  'object-changed': 'an object changed since the plan was made',
  'owner-recreates': 'its owner would undo it or make the pod again',
  'approver-not-allowed': 'not one of response.approvers',
  'same-approver-twice': 'this person has approved already',
  'requester-approves': 'who asks for a response does not approve it',
  expired: 'the plan was not approved and begun in time',
  'dry-run-rejected': 'the API server refuses it in a dry run',
  'selects-others': 'the NetworkPolicy would select other pods, too',
  'already-running': 'another response is running for the workload',
  'not-found': 'there is no such response, finding or object',
  'not-applicable': 'the action does not apply here',
  'wrong-state': 'the response is in another state',
  'no-evidence': 'the evidence could not be captured first',
  unreachable: 'the API server cannot be reached',
} as const;

export type RefusalCode = keyof typeof REFUSALS;

/** A response that is refused: the code is for programs, the message says why and what helps. */
export class ResponseRefused extends Error {
  override readonly name = 'ResponseRefused';
  readonly code: RefusalCode;

  constructor(code: RefusalCode, message: string) {
    super(message);
    this.code = code;
  }
}
