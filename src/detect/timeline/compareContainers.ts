import type { WorkloadEvent } from '../../model/workloadEvent.ts';
import type { ContainerTrace } from './timelineState.ts';

export type ContainerChange = Pick<
  WorkloadEvent,
  'type' | 'container' | 'text' | 'before' | 'after'
>;

/** What changed of one container, as far as both sides are known. */
export function compareContainers(
  container: string,
  before: ContainerTrace,
  after: ContainerTrace,
): readonly ContainerChange[] {
  const changes: ContainerChange[] = [];
  const add = (change: Omit<ContainerChange, 'container'>): void => {
    changes.push({ container, ...change });
  };
  const image = differing(before.image, after.image);
  if (image !== null) {
    const text = `${container} runs ${image.after}, before ${image.before}`;
    add({ type: 'image', text, ...image });
  }
  const command = differing(before.command, after.command);
  if (command !== null) {
    const text = `${container} has another command line, or other environment variables`;
    add({ type: 'command', text, ...command });
  }
  for (const [type, cpu, ram] of SIZES) {
    const [ofCpu, ofRam] = [differing(before[cpu], after[cpu]), differing(before[ram], after[ram])];
    if (ofCpu === null && ofRam === null) continue;
    const was = sizes(before[cpu], before[ram]);
    const is = sizes(after[cpu] ?? before[cpu], after[ram] ?? before[ram]);
    const verb = type === 'requests' ? 'requests' : 'is limited to';
    add({ type, text: `${container} ${verb} ${is}, before ${was}`, before: was, after: is });
  }
  return changes;
}

const SIZES = [
  ['requests', 'cpuRequest', 'ramRequest'],
  ['limits', 'cpuLimit', 'ramLimit'],
] as const;

/** Null where nothing changed; unknown is no change. */
function differing(
  before: string | null,
  after: string | null,
): { readonly before: string; readonly after: string } | null {
  return before === null || after === null || before === after ? null : { before, after };
}

function sizes(cpu: string | null, ram: string | null): string {
  return `cpu ${cpu ?? 'unknown'}, memory ${ram ?? 'unknown'}`;
}

/** What is known of a container now; what this window does not tell is as it was. */
export function carryOver(before: ContainerTrace, after: ContainerTrace): ContainerTrace {
  const told = Object.entries(after).filter(([, value]) => value !== null);
  return { ...before, ...Object.fromEntries(told) };
}
