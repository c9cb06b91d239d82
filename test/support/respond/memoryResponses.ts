import type { PlanParts } from '../../../src/respond/requests.ts';
import type { AuditEntry } from '../../../src/store/auditLog.ts';
import type { Response } from '../../../src/store/responses.ts';

/** Responses in memory, for servers whose test is about something else; there is no cluster to plan on. */
export function memoryResponses(
  now: number,
  responses: Response[] = [],
  audit: AuditEntry[] = [],
): PlanParts {
  return {
    policy: () => ({
      enabled: true,
      cluster: 'test',
      ownNamespace: null,
      protectedNamespaces: [],
      undoAfter: 86_400_000,
      readConnections: false,
      approvers: [{ name: 'root', token: 'root' }],
    }),
    store: {
      add: (response) => Promise.resolve(void responses.push(response)),
      get: (id) => Promise.resolve(responses.find((one) => one.id === id) ?? null),
      list: ({ namespaces }) =>
        Promise.resolve(
          responses.filter(
            ({ namespace }) => namespaces === null || namespaces.includes(namespace),
          ),
        ),
      change: (next) => {
        const index = responses.findIndex(({ id }) => id === next.id);
        responses[index] = next;
        return Promise.resolve('done');
      },
      keepEvidence: () => Promise.resolve(),
      evidence: () =>
        Promise.resolve([{ name: 'log', capturedAt: now, text: 'hello', problem: 'cut' }]),
      close: () => Promise.resolve(),
    },
    audit: {
      append: (entry) => Promise.resolve(audit.push(entry)),
      list: ({ subject }) =>
        Promise.resolve(
          audit
            .map((entry, seq) => ({ ...entry, seq }))
            .filter((entry) => entry.subject === subject)
            .toReversed(),
        ),
    },
    now: () => now,
    changed: () => Promise.resolve(),
    connect: () => Promise.reject(new Error('no cluster in this test')),
  };
}

/** A planned response in a namespace, whose texts are `text`. */
export function aResponse(namespace: string, id: string, text: string, now: number): Response {
  return {
    id,
    version: 1,
    state: 'planned',
    findingId: id,
    action: 'scale-to-zero',
    select: 'pods',
    namespace,
    workload: { kind: 'Deployment', name: text },
    requestedBy: { who: text, via: 'api', from: '127.0.0.1', person: null },
    reason: text,
    plannedAt: now,
    expiresAt: now + 900_000,
    plan: {
      hash: 'a'.repeat(64),
      targets: [{ kind: 'Deployment', namespace, name: text, uid: 'u', version: '7' }],
      operations: [
        {
          verb: 'patch',
          text,
          path: '/apis/apps/v1/x',
          uid: 'u',
          resourceVersion: '7',
          fields: [{ path: ['spec', 'replicas'], before: 2, after: 0 }],
        },
      ],
      pods: [text],
      warnings: [text],
      irreversible: null,
    },
    approvals: [],
    steps: ['waiting'],
    executedAt: null,
    verifiedAt: null,
    undoAfterMs: 86_400_000,
    undoAt: null,
    undoneBy: null,
    endedAt: null,
    failure: null,
    notes: [],
    lease: null,
  };
}
