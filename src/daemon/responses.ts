import { randomUUID } from 'node:crypto';
import type { Logger } from 'pino';
import { policyOf } from '../channels/channels.ts';
import { isApiAtHand, ownNamespace } from '../collect/kubernetes/api/connect.ts';
import { ApiFailure } from '../collect/kubernetes/api/apiFailure.ts';
import { SECOND_MS } from '../model/time.ts';
import { announcement } from '../respond/announce.ts';
import type { PlanParts } from '../respond/requests.ts';
import { carryOn } from '../respond/worker.ts';
import type { AuditLog } from '../store/auditLog.ts';
import { parsePostgresLocation } from '../store/historyLocation.ts';
import type { HistoryReader } from '../store/history.ts';
import type { DeliveryStore } from '../store/notifications/deliveryStore.ts';
import type { ResponseStore } from '../store/responses.ts';
import type { Config } from './config/schema.ts';

interface ResponseStores {
  readonly responses: ResponseStore;
  readonly audit: Pick<AuditLog, 'append' | 'list'>;
  readonly deliveries: Pick<DeliveryStore, 'enqueue'>;
}

/** What requests about responses need, for pages, API, Slack and commands alike. */
export function responseParts(
  config: () => Config,
  { responses, audit, deliveries }: ResponseStores,
  signal: AbortSignal,
  changed: () => void = () => undefined,
): PlanParts {
  const now = Date.now;
  const machine = { env: process.env };
  const own = ownNamespace(machine);
  return {
    policy: () => ({ ...config().response, cluster: config().cluster, ownNamespace: own }),
    store: responses,
    audit,
    now,
    async changed(response) {
      const { security } = policyOf(config()).destinations;
      const delivery = announcement(response, security, now());
      if (delivery !== null) await deliveries.enqueue([delivery]);
      changed();
    },
    async connect() {
      const { workloads } = config();
      if (!isApiAtHand(workloads, machine))
        throw new ApiFailure(
          'not-configured',
          'there is none: set workloads.kubeconfig, or run inside the cluster',
        );
      const { connectResponseCluster } = await import('../respond/kubernetesCluster.ts');
      return connectResponseCluster(workloads, machine, signal);
    },
  };
}

/** Responses that another process asked for, or whose time comes, are looked for this often. */
const PERIOD_MS = 5 * SECOND_MS;

interface WorkerDeps {
  config(): Config;
  readonly stores: ResponseStores;
  readonly reader: Pick<HistoryReader, 'finding'>;
  readonly log: Logger;
  /** Has messages sent now. */
  announced(): void;
}

/** Executes and undoes responses while the daemon runs, one round after the other. */
export class ResponseWorker {
  readonly parts: PlanParts;
  readonly #deps: WorkerDeps;
  readonly #holder: string;
  readonly #stop = new AbortController();
  #timer: NodeJS.Timeout | null = null;
  #running: Promise<void> | null = null;
  #isAsked = false;

  constructor(deps: WorkerDeps) {
    this.#deps = deps;
    // A history in a file has one daemon: what a killed one held is free at once.
    const isShared = parsePostgresLocation(deps.config().history.path) !== null;
    this.#holder = isShared ? randomUUID() : 'daemon';
    this.parts = responseParts(deps.config, deps.stores, this.#stop.signal, () => this.wake());
  }

  start(): void {
    this.#timer = setInterval(() => this.wake(), PERIOD_MS);
    this.wake();
  }

  /** Begins a round, or another one after the one that runs; before the start, that of the process that leads. */
  wake(): void {
    this.#deps.announced();
    this.#isAsked = true;
    if (this.#timer === null || this.#stop.signal.aborted) return;
    this.#running ??= this.#rounds().finally(() => {
      this.#running = null;
    });
  }

  /** Ends a round at its next request; what it leaves is carried on by the next process. */
  async stop(): Promise<void> {
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#stop.abort();
    await this.#running;
  }

  async #rounds(): Promise<void> {
    const { reader, log } = this.#deps;
    while (this.#isAsked && !this.#stop.signal.aborted) {
      this.#isAsked = false;
      try {
        await carryOn({
          ...this.parts,
          holder: this.#holder,
          finding: (id) => reader.finding(id),
          warn: ({ id }, err) =>
            log.warn({ err, response: id }, 'A response could not be carried on, retrying'),
        });
      } catch (err) {
        log.error({ err }, 'Responses could not be read');
      }
    }
  }
}
