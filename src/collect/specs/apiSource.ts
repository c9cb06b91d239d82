import type { WorkloadsConfig } from '../config.ts';
import type { DataProblem } from '../../model/snapshot.ts';
import { HOUR_MS, MINUTE_MS, SECOND_MS, formatTime, type TimeMs } from '../../model/time.ts';
import { createApiClient, type ApiClient } from '../kubernetes/api/apiClient.ts';
import { ApiFailure, isOfWholeServer } from '../kubernetes/api/apiFailure.ts';
import { connect, type Connection, type Machine } from '../kubernetes/api/connect.ts';
import { RESOURCES, resourceName, type ResourceKind } from '../kubernetes/resources.ts';
import type { ClientDeps } from '../prometheus/client.ts';
import type { Inventory, SpecSource } from './inventory.ts';
import { REASK_MS } from '../../store/observed.ts';
import { InventoryBuilder } from './inventoryBuilder.ts';
import { listResource, type KnownVersions } from './listResource.ts';

/**
 * How near a window must be to the listing for its state (autoscalers, quotas, …) to count: as long as a
 * window that was sealed with partial data is asked again.
 */
const NEAR_MS = REASK_MS;
/**
 * After its restart an API server refuses what it allows, until it has loaded its roles. A refusal of what was allowed a
 * short while ago counts for nothing until it has lasted for so long.
 */
const ROLES_LOAD_MS = 10 * MINUTE_MS;
/** All lists together: a slow API server must not hold up a cycle. */
const LIMITS = { requestMs: 30 * SECOND_MS, togetherMs: 60 * SECOND_MS };
const CONCURRENCY = 4;

type Deps = Pick<ClientDeps, 'sleep' | 'random'>;

/** What a resource gave last, and when. */
interface Part {
  readonly at: TimeMs;
  readonly builder: InventoryBuilder;
}

/**
 * Lists the cluster's objects through the Kubernetes API. A resource that cannot be read takes away only what
 * depends on it, and is named; after a passing failure what it gave last stands for up to three hours.
 */
export function createApiSource(
  workloads: WorkloadsConfig,
  machine: Machine,
  deps: Deps,
  limits = LIMITS,
): SpecSource {
  const versions: KnownVersions = new Map();
  const parts = new Map<ResourceKind, Part>();
  /** Since when what was allowed is refused. */
  const refusedSince = new Map<ResourceKind, TimeMs>();
  const kinds = kindsOf(workloads);

  async function read(now: TimeMs, signal: AbortSignal): Promise<Inventory> {
    const failures = new Map<ResourceKind, ApiFailure>();
    let connection: Connection | null = null;
    try {
      connection = await connect(workloads, machine);
      const client = createApiClient(connection, deps, limits.requestMs);
      await readAll(client, now, failures, signal);
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof ApiFailure)) throw error;
      for (const resource of kinds) failures.set(resource, error);
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
    const deadline = AbortSignal.any([signal, AbortSignal.timeout(limits.togetherMs)]);
    const readOne = async (resource: ResourceKind): Promise<void> => {
      const part = parts.get(resource);
      if (resource.isReviewed && part && now >= part.at && now - part.at < HOUR_MS) return;
      try {
        const builder = await listResource(
          client,
          resource,
          workloads.namespaces,
          versions,
          deadline,
          part?.builder.pods,
        );
        parts.set(resource, { at: now, builder });
        refusedSince.delete(resource);
      } catch (error) {
        signal.throwIfAborted();
        const failure = deadline.aborted ? tooSlow(limits.togetherMs) : error;
        if (!(failure instanceof ApiFailure)) throw error;
        failures.set(resource, failure);
      }
    };
    // What fails the first list for the whole server fails them all: nobody waits thirty times.
    const [first, ...rest] = kinds;
    await readOne(first!);
    const whole = failures.get(first!);
    if (whole !== undefined && isOfWholeServer(whole)) throw whole;
    const queue = rest.values();
    const worker = async (): Promise<void> => {
      for (const resource of queue) await readOne(resource);
    };
    await Promise.all(Array.from({ length: CONCURRENCY }, worker));
  }

  /** True for a refusal of what was allowed just before. */
  function isSudden(resource: ResourceKind, { code }: ApiFailure, now: TimeMs): boolean {
    if (code !== 'forbidden' || !parts.has(resource)) return false;
    const since = refusedSince.get(resource) ?? now;
    refusedSince.set(resource, since);
    return now - since < ROLES_LOAD_MS;
  }

  function gathered(
    now: TimeMs,
    failures: ReadonlyMap<ResourceKind, ApiFailure>,
    label: string,
  ): Inventory {
    const whole = new InventoryBuilder();
    const missing: string[] = [];
    const problems: DataProblem[] = [];
    const wholeFailure = sameFailure(failures, kinds.length);
    for (const resource of RESOURCES) {
      if (!kinds.includes(resource)) missing.push(resourceName(resource));
      const failure = failures.get(resource);
      const isSilent = failure !== undefined && isSudden(resource, failure, now);
      if (failure !== undefined && !isPassingFailure(failure) && !isSilent) parts.delete(resource);
      const part = parts.get(resource);
      const isHeld = part !== undefined && now - part.at <= NEAR_MS;
      if (isHeld) whole.absorb(part.builder);
      else if (failure !== undefined && !isOrdinaryAbsence(resource, failure)) {
        missing.push(resourceName(resource));
      }
      if (isSilent && isHeld) continue;
      if (failure !== undefined && wholeFailure === null && !isOrdinaryAbsence(resource, failure)) {
        problems.push(problemOf(resource, failure, label, isHeld ? part.at : null));
      }
    }
    if (wholeFailure !== null) problems.push(serverProblem(wholeFailure, label));
    problems.push(...whole.skippedItems(label));
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

/**
 * What this configuration asks for. Namespaced mode cannot list kinds of the whole cluster: those that only the review
 * reads are not even tried.
 */
function kindsOf({ clusterReview, namespaces }: WorkloadsConfig): readonly ResourceKind[] {
  return RESOURCES.filter(
    ({ isReviewed, namespaced }) =>
      !isReviewed || (clusterReview && (namespaced || namespaces.length === 0)),
  );
}

/** The failure that every one of so many resources shares; null where they differ or some answered. */
function sameFailure(
  failures: ReadonlyMap<ResourceKind, ApiFailure>,
  asked: number,
): ApiFailure | null {
  if (failures.size < asked) return null;
  const [first, ...rest] = failures.values();
  if (first === undefined || !isOfWholeServer(first)) return null;
  return rest.every(({ code }) => code === first.code) ? first : null;
}

/** What a later cycle may mend by itself: until then the last answer stands. */
function isPassingFailure({ code }: ApiFailure): boolean {
  return code !== 'forbidden' && code !== 'absent' && code !== 'not-configured';
}

/** A cluster without a custom resource, or too old for a kind, has none of it: that is known. */
function isOrdinaryAbsence(resource: ResourceKind, { code }: ApiFailure): boolean {
  return code === 'absent' && resource.kind !== 'Pod';
}

/** What is said of one resource; `heldSince` is when what still stands of it was read. */
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

/** What is said once where the whole server fails. */
function serverProblem({ code, message }: ApiFailure, label: string): DataProblem {
  const what = code === 'not-configured' ? message : `${label}: ${message}`;
  return {
    code: 'source-unavailable',
    subject: 'kubernetes',
    text: `${what}. Until then specifications of new pods, owners named in labels and what metrics do not tell of autoscalers and quotas are unknown; usage and cost are not`,
  };
}

/** For a list that the deadline of all lists ended. */
function tooSlow(ms: number): ApiFailure {
  return new ApiFailure('timeout', `all lists together took longer than ${ms / SECOND_MS} s`);
}
