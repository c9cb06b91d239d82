import type { PodSpecFacts } from '../../../src/model/podSpec.ts';
import type { Case, PodLoad } from '../case.ts';
import { Random } from '../../random.ts';
import { loadOf, node, suffix, WINDOW_MS, type Flow, type Shape } from '../workload.ts';
import type { Archetype } from './plans.ts';
import { plainSpec } from '../spec.ts';

function privilegedSpec(container: string, image: string): PodSpecFacts {
  const spec = plainSpec(container, image);
  return {
    ...spec,
    hostPid: true,
    containers: spec.containers.map((one) => ({ ...one, privileged: true })),
  };
}

/** Lets an archetype live in a namespace of its own. */
export function honestCase(
  archetype: Archetype,
  seed: number,
  id: string,
  days: readonly [number, number],
): Case {
  const random = new Random(seed);
  const plan = archetype.make(random, days);
  const count = random.int(archetype.replicas[0], archetype.replicas[1]);
  const [bornFrom, bornTo] = archetype.born ?? [0, 0];
  const born = days[0] + (days[1] - days[0]) * random.between(bornFrom, bornTo);
  const team = random.pick(['shop', 'media', 'data', 'core']);
  const base = `${archetype.name}-${suffix(random, 3)}`;
  const image = `registry.example.com/${team}/${base}`;
  const hash = suffix(random, 9);
  const nodes = Array.from({ length: 64 }, () => node(random));
  const runs = archetype.kind === 'Job' || archetype.kind === 'CronJob' || archetype.kind === 'Pod';
  let runId = '';
  let runSince = 0;
  let lastGeneration = 0;
  let generationSince = 0;
  return {
    namespace: id,
    truth: {
      source: 'simulated',
      service: `${archetype.name}/${seed}`,
      isMiner: false,
      isUndecidable: archetype.isUndecidable ?? false,
      shape: archetype.name,
      share: null,
      how: null,
      withSpec: false,
      onset: null,
      burntAt: null,
    },
    step(start) {
      if (start < born) return [];
      const loads: PodLoad[] = [];
      const replicas = plan.replicas?.(start) ?? count;
      const name = base + (plan.suffix?.(start) ?? '');
      const generation = plan.generation?.(start) ?? 0;
      if (generation !== lastGeneration) {
        lastGeneration = generation;
        generationSince = start;
      }
      for (let replica = 0; replica < replicas; replica++) {
        const flow: Flow | null = plan.flow(start, replica, random);
        if (flow === null) {
          runId = '';
          continue;
        }
        if (runs && runId === '') {
          runId = suffix(random);
          runSince = start;
        }
        const kind = archetype.kind === 'Pod' ? 'Pod' : archetype.kind;
        const shape: Shape = {
          kind,
          name: archetype.kind === 'Job' ? `${base}-${runId}-${replica}` : name,
          container: 'main',
          image: `${plan.repository?.(start) ?? image}:${plan.tag?.(start) ?? 'v1'}`,
          limit: plan.limit,
          request: plan.request,
          ramLimit: plan.ramLimit,
        };
        // A rollout replaces one pod after the other.
        const replacedAt = generationSince - WINDOW_MS + replica * 240_000;
        const isReplaced = generation > 0 && start + WINDOW_MS > replacedAt;
        const pods = isReplaced ? generation : Math.max(0, generation - 1);
        const pod = runs ? `${base}-${runId}-${replica}` : `${name}-${hash}${pods}-${replica}`;
        const createdAt = runs ? runSince : isReplaced ? replacedAt : born;
        const at = nodes[replica % 64] as string;
        loads.push({
          ...loadOf(shape, flow, pod, createdAt, at),
          hostNetwork: plan.hostNetwork ?? false,
          ...(plan.privileged === true && { spec: privilegedSpec(shape.container, shape.image) }),
        });
        const beside = isReplaced ? plan.sideCar?.(start, flow, random) : undefined;
        if (beside !== undefined && beside !== null)
          loads.push(
            loadOf(
              { ...shape, ...beside, name, container: beside.name },
              beside.flow,
              pod,
              createdAt,
              at,
            ),
          );
      }
      return loads;
    },
  };
}
