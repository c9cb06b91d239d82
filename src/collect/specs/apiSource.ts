import type { Config } from '../../config/schema.ts';
import type { DataProblem } from '../../model/snapshot.ts';
import { formatTime, HOUR_MS, SECOND_MS, type TimeMs } from '../../model/time.ts';
import { createApiClient, type ApiClient } from '../kubernetes/api/apiClient.ts';
import { ApiFailure, isOfWholeServer } from '../kubernetes/api/apiFailure.ts';
import { connect, type Connection } from '../kubernetes/api/connect.ts';
import { RESOURCES, resourceName, type ResourceKind } from '../kubernetes/resources.ts';
import type { ClientDeps } from '../prometheus/client.ts';
import type { Inventory, SpecSource } from './inventory.ts';
import { InventoryBuilder } from './inventoryBuilder.ts';
import { listResource, type KnownVersions } from './listResource.ts';

/**
 * How near a window must be to the listing for its state (autoscalers, quotas, …) to count: as long as a
 * window that was sealed with partial data is asked again.
 */
const NEAR_MS = 2 * HOUR_MS;
/** All lists together: a slow API server must not hold up a cycle. */
const DEADLINE_MS = 60 * SECOND_MS;
const CONCURRENCY = 4;

type Deps = Pick<ClientDeps, 'sleep' | 'random'>;

/** What a resource gave last, and when. */
interface Part {
  readonly at: TimeMs;
  readonly builder: InventoryBuilder;
}

/**
 * Lists the cluster's objects through the Kubernetes API. A resource that cannot be read takes away only what
 * depends on it, and is named; after a passing failure what it gave last stands for up to two hours.
 */
export function createApiSource(
  workloads: Config['workloads'],
  env: Readonly<Record<string, string | undefined>>,
  deps: Deps,
): SpecSource {
  const versions: KnownVersions = new Map();
  const parts = new Map<ResourceKind, Part>();

  async function read(now: TimeMs, signal: AbortSignal): Promise<Inventory> {
    const failures = new Map<ResourceKind, ApiFailure>();
    let connection: Connection | null = null;
    try {
      connection = await connect(workloads, env);
      const client = createApiClient(connection, deps);
      await readAll(client, now, failures, signal);
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof ApiFailure)) throw error;
      for (const resource of RESOURCES) failures.set(resource, error);
    } finally {
      connection?.close();
    }
    return gathered(now, failures, connection?.label ?? 'the Kubernetes API');
  }

  async function readAll(
    client: ApiClient,
    now: TimeMs,
    failures: Map<ResourceKind, ApiFailure>,
    signal: AbortSignal,
  ): Promise<void> {
    const deadline = AbortSignal.any([signal, AbortSignal.timeout(DEADLINE_MS)]);
    const readOne = async (resource: ResourceKind): Promise<void> => {
      try {
        const builder = await listResource(
          client,
          resource,
          workloads.namespaces,
          versions,
          deadline,
          parts.get(resource)?.builder.pods,
        );
        parts.set(resource, { at: now, builder });
      } catch (error) {
        signal.throwIfAborted();
        const failure = deadline.aborted ? tooSlow() : error;
        if (!(failure instanceof ApiFailure)) throw error;
        failures.set(resource, failure);
      }
    };
    // What fails the first list for the whole server fails them all: nobody waits nineteen times.
    const [first, ...rest] = RESOURCES as readonly ResourceKind[];
    await readOne(first!);
    const whole = failures.get(first!);
    if (whole !== undefined && isOfWholeServer(whole)) throw whole;
    const queue = rest.values();
    const worker = async (): Promise<void> => {
      for (const resource of queue) await readOne(resource);
    };
    await Promise.all(Array.from({ length: CONCURRENCY }, worker));
  }

  function gathered(
    now: TimeMs,
    failures: ReadonlyMap<ResourceKind, ApiFailure>,
    label: string,
  ): Inventory {
    const whole = new InventoryBuilder();
    const missing: string[] = [];
    const problems: DataProblem[] = [];
    const wholeFailure = sameFailure(failures);
    for (const resource of RESOURCES as readonly ResourceKind[]) {
      const failure = failures.get(resource);
      if (failure !== undefined && !isPassing(failure)) parts.delete(resource);
      const part = parts.get(resource);
      const isHeld = part !== undefined && now - part.at <= NEAR_MS;
      if (isHeld) whole.absorb(part.builder);
      else if (failure !== undefined && !isOrdinaryAbsence(resource, failure)) {
        missing.push(resourceName(resource));
      }
      if (failure !== undefined && wholeFailure === null && !isOrdinaryAbsence(resource, failure)) {
        problems.push(problemOf(resource, failure, label, isHeld ? part.at : null));
      }
    }
    if (wholeFailure !== null) problems.push(serverProblem(wholeFailure, label));
    return whole.build({
      observedAt: now,
      validFrom: now - NEAR_MS,
      validTo: now + NEAR_MS,
      missing,
      problems,
    });
  }

  return { read, close: async () => {} };
}

/** The failure that every resource shares; null where they differ or some answered. */
function sameFailure(failures: ReadonlyMap<ResourceKind, ApiFailure>): ApiFailure | null {
  if (failures.size < RESOURCES.length) return null;
  const [first, ...rest] = failures.values();
  if (first === undefined || !isOfWholeServer(first)) return null;
  return rest.every(({ code }) => code === first.code) ? first : null;
}

/** What a later cycle may mend by itself: until then the last answer stands. */
function isPassing({ code }: ApiFailure): boolean {
  return code !== 'forbidden' && code !== 'absent' && code !== 'not-configured';
}

/** A cluster without a custom resource, or too old for a kind, has none of it: that is known. */
function isOrdinaryAbsence(resource: ResourceKind, { code }: ApiFailure): boolean {
  return code === 'absent' && resource.kind !== 'Pod';
}

function problemOf(
  resource: ResourceKind,
  { code, message }: ApiFailure,
  label: string,
  heldSince: TimeMs | null,
): DataProblem {
  const name = resourceName(resource);
  const rest =
    heldSince === null
      ? `without them ${resource.without}`
      : `what was read at ${formatTime(heldSince)} still stands`;
  if (code === 'forbidden') {
    const cure = `grant "list" on ${name} to Burnwatch`;
    return {
      code: 'resource-absent',
      subject: name,
      text: `${label} does not let ${name} be listed (${message}), and ${rest}; ${cure}`,
    };
  }
  return {
    code: 'source-unavailable',
    subject: name,
    text: `${name} could not be listed: ${label}: ${message}; ${rest}`,
  };
}

function serverProblem({ code, message }: ApiFailure, label: string): DataProblem {
  const what = code === 'not-configured' ? message : `${label}: ${message}`;
  return {
    code: 'source-unavailable',
    subject: 'kubernetes',
    text: `${what}. Until then specifications of new pods, owners named in labels, autoscalers and quotas are unknown; usage and cost are not`,
  };
}

function tooSlow(): ApiFailure {
  return new ApiFailure(
    'timeout',
    `all lists together took longer than ${DEADLINE_MS / SECOND_MS} s`,
  );
}
