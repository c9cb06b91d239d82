import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openAuditLog, openResponseStore } from '../../../src/engines/openHistory.ts';
import type { Finding } from '../../../src/model/finding.ts';
import { DAY_MS, MINUTE_MS } from '../../../src/model/time.ts';
import { workloadsPart } from '../../../src/collect/config.ts';
import { connectResponseCluster } from '../../../src/respond/kubernetesCluster.ts';
import type { ResponsePolicy } from '../../../src/respond/lifecycle.ts';
import type { Identity } from '../../../src/respond/people.ts';
import { trailOf } from '../../../src/respond/record.ts';
import { approve, requestPlan, undo, type PlanParts } from '../../../src/respond/requests.ts';
import { carryOn } from '../../../src/respond/worker.ts';
import type { ResponseCluster } from '../../../src/respond/responseCluster.ts';
import type { AuditLog } from '../../../src/store/auditLog.ts';
import type { Response, ResponseAction, ResponseStore } from '../../../src/store/responses.ts';
import { TempHistory } from '../tempHistory.ts';

/** People, as the interfaces know them. */
export const RITA = person('token', 'rita-token', 'rita-token');
export const ANA = person('slack', 'U0ANA0001', 'slack:U0ANA0001 (ana)');
export const ANA_TOKEN = person('token', 'ana-token', 'ana-token');
export const BEN = person('token', 'ben-token', 'ben-token');
export const MALLORY = person('slack', 'U0MALLORY', 'slack:U0MALLORY (mallory)');

function person(kind: 'slack' | 'token' | 'user', id: string, who: string): Identity {
  const via = kind === 'slack' ? 'slack' : kind === 'token' ? 'api' : 'cli';
  return { who, via, from: 'test', proof: { kind, id } };
}

const POLICY: ResponsePolicy = {
  enabled: true,
  cluster: 'test',
  ownNamespace: 'burnwatch',
  protectedNamespaces: ['payments'],
  undoAfter: DAY_MS,
  readConnections: false,
  approvers: [
    { name: 'ana', slack: 'U0ANA0001', token: 'ana-token' },
    { name: 'ben', token: 'ben-token' },
  ],
};

/** Responses on a real history and an API server: requests as people make them, the worker as the daemon runs it. */
export class ResponseBench implements AsyncDisposable {
  policy = POLICY;
  now: number;
  readonly store: ResponseStore;
  readonly audit: AuditLog;
  readonly temp: TempHistory;
  readonly warnings: unknown[] = [];
  readonly #kubeconfig: string;
  readonly #findings = new Map<string, Finding>();
  readonly #cleanUp = new AbortController();

  private constructor(
    temp: TempHistory,
    kubeconfig: string,
    store: ResponseStore,
    audit: AuditLog,
  ) {
    this.temp = temp;
    this.#kubeconfig = kubeconfig;
    this.store = store;
    this.audit = audit;
    this.now = Date.now();
  }

  /** @param kubeconfig its text */
  static async start(kubeconfig: string): Promise<ResponseBench> {
    const temp = new TempHistory();
    await (await temp.openWriter()).close();
    const file = join(temp.folder, 'kubeconfig');
    writeFileSync(file, kubeconfig, { mode: 0o600 });
    const store = await openResponseStore(temp.path());
    return new ResponseBench(temp, file, store, await openAuditLog(temp.path()));
  }

  connect(): Promise<ResponseCluster> {
    const workloads = workloadsPart.schema.parse({ kubeconfig: this.#kubeconfig });
    return connectResponseCluster(workloads, { env: {} }, this.#cleanUp.signal);
  }

  parts(): PlanParts {
    const { store, audit } = this;
    return {
      policy: () => this.policy,
      store,
      audit,
      now: () => this.now,
      changed: () => Promise.resolve(),
      connect: () => this.connect(),
    };
  }

  plan(
    finding: Finding,
    action: ResponseAction,
    more: { readonly select?: 'owner'; readonly by?: Identity } = {},
  ): Promise<Response> {
    this.#findings.set(finding.id, finding);
    const { select = 'pods', by = RITA } = more;
    return requestPlan({ finding, action, select, reason: 'mining' }, by, this.parts());
  }

  approve(response: Response, by: Identity, hash: string | null = null): Promise<Response> {
    return approve(response.id, hash, by, this.parts());
  }

  undo(response: Response, by: Identity = ANA): Promise<Response> {
    return undo(response.id, by, this.parts());
  }

  /** One round of a daemon. */
  async round(holder = 'this'): Promise<void> {
    await carryOn({
      ...this.parts(),
      holder,
      finding: (id) => Promise.resolve(this.#findings.get(id) ?? null),
      warn: (_response, error) => void this.warnings.push(error),
    });
  }

  /** Plans and approves by two people, or by one where that is enough. */
  async approved(
    finding: Finding,
    action: ResponseAction,
    more: { readonly select?: 'owner' } = {},
  ): Promise<Response> {
    const planned = await this.plan(finding, action, more);
    const first = await this.approve(planned, ANA);
    return first.state === 'approved' ? first : this.approve(planned, BEN);
  }

  async read({ id }: Response): Promise<Response> {
    const found = await this.store.get(id);
    if (found === null) throw new Error(`no response ${id}`);
    return found;
  }

  /** What the audit log says of a response, oldest first. */
  async story({ id }: Pick<Response, 'id'>): Promise<readonly string[]> {
    const trail = await trailOf(id, this.audit);
    return trail.map(({ by, via, what, code }) =>
      [`${via} ${by} ${what}`, ...(code === null ? [] : [`refused ${code}`])].join(' '),
    );
  }

  pass(ms = MINUTE_MS): void {
    this.now += ms;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#cleanUp.abort();
    await this.store.close();
    await this.audit.close();
    this.temp[Symbol.dispose]();
    rmSync(this.#kubeconfig, { force: true });
  }
}
