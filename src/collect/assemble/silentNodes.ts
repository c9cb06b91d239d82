import { nodeFacts } from '../../model/nodeFacts.ts';
import type { DataProblem, NodeSample } from '../../model/snapshot.ts';
import { hasSample } from '../measure/samples.ts';
import type { Window } from '../../model/time.ts';
import type { LivingPod } from './windowFacts.ts';

/** A node that shows no use for so many windows in a row will not show any by being asked again. */
const SILENT_WINDOWS = 12;
/** Names that a sentence lists before it says how many more there are. */
const NAMED = 3;

/** Windows in a row, by node, in which none of its containers showed any use. */
export type SilentNodes = Readonly<Record<string, number>>;

/**
 * Counts the windows for which nodes are silent. Where the whole cluster is, the source is away and no node is silent.
 *
 * @param shows by node with pods, whether any of them shows use in the window
 */
export function countSilent(shows: ReadonlyMap<string, boolean>, before: SilentNodes): SilentNodes {
  if (![...shows.values()].includes(true)) return before;
  const silent = [...shows].filter(([, isShown]) => !isShown).map(([node]) => node);
  return Object.fromEntries(
    silent.sort().map((node) => [node, Math.min(SILENT_WINDOWS, (before[node] ?? 0) + 1)]),
  );
}

/** True where a sample of a pod's CPU lies in the window. */
export function hasUse({ entry, loose }: LivingPod, window: Window): boolean {
  return [entry, ...(loose === null ? [] : [loose])].some(({ containers }) =>
    [...containers.values()].some(({ cpu }) =>
      cpu.some(({ samples }) => hasSample(samples, window)),
    ),
  );
}

/**
 * Nodes whose containers nobody measures: Windows, of which cAdvisor knows nothing, virtual nodes, and those that
 * were silent for an hour. What is missing there is missing for good, and says nothing of the others.
 */
export function unobservableNodes(
  silent: SilentNodes,
  nodes: readonly NodeSample[],
): ReadonlySet<string> {
  const byName = new Map(nodes.map((node) => [node.name, node]));
  const names = Object.keys(silent).filter((name) => {
    const node = byName.get(name);
    return (silent[name] ?? 0) >= SILENT_WINDOWS || (node !== undefined && isOfSilentKind(node));
  });
  return new Set(names);
}

function isOfSilentKind(node: NodeSample): boolean {
  return (
    nodeFacts(node).os === 'windows' ||
    node.labels['type'] === 'virtual-kubelet' ||
    node.labels['eks.amazonaws.com/compute-type'] === 'fargate'
  );
}

/** All of them are one problem, which changes nothing about the window. */
export function unobservableProblems(unobservable: ReadonlySet<string>): readonly DataProblem[] {
  const names = [...unobservable].sort();
  if (names.length === 0) return [];
  const more = names.length > NAMED ? ` and ${names.length - NAMED} more` : '';
  return [
    {
      code: 'not-observable',
      subject: 'nodes without container metrics',
      text: `No exporter measures containers on ${names.slice(0, NAMED).join(', ')}${more} (Windows, a virtual node, or a kubelet without cAdvisor): they are charged for their requests, and their use is unknown. Other nodes are not concerned`,
    },
  ];
}
