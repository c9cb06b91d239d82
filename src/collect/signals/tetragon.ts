import { z } from 'zod';
import type { Signal } from '../../model/signal.ts';
import { classOf, isMiner, isPoolPort } from './classes.ts';
import { workloadOfOwner } from './owner.ts';
import {
  idOf,
  instant,
  longText,
  name,
  parseShape,
  requireRecent,
  signalOf,
  type SignalContext,
} from './reading.ts';

const TETRAGON_EVENTS = [
  'process_exec',
  'process_kprobe',
  'process_tracepoint',
  'process_lsm',
  'process_exit',
  'process_loader',
  'process_uprobe',
] as const;

/** True for a line of Tetragon’s JSON export. */
export function isTetragonEvent(event: object): boolean {
  return TETRAGON_EVENTS.some((one) => one in event);
}

const tetragonProcess = z.object({
  exec_id: name,
  binary: name,
  arguments: z.string().nullish(),
  pod: z
    .object({
      namespace: name,
      name,
      uid: name,
      workload: name,
      workload_kind: name,
      container: z.object({ name, image: z.object({ name }).nullish() }).nullish(),
    })
    .nullish(),
});

const tetragonEvent = z.object({
  process: tetragonProcess,
  parent: z.object({ binary: name }).nullish(),
  policy_name: name,
  function_name: name,
  action: name,
  message: longText.nullish(),
  args: z
    .array(z.object({ sock_arg: z.object({ daddr: name, dport: z.number().nullish() }).nullish() }))
    .max(20)
    .nullish(),
});

const tetragon = z.object({ time: instant, node_name: name });

/** Reads an event of Tetragon's JSON export; ends of processes and whatever is in no pod say nothing here. */
export function readTetragon(event: unknown, context: SignalContext): Signal | null {
  const what = 'event of Tetragon';
  const { time, node_name: node } = parseShape(tetragon, event, what);
  const type = TETRAGON_EVENTS.find((one) => one in (event as object));
  if (type === undefined || type === 'process_exit' || type === 'process_loader') return null;
  const found = parseShape(tetragonEvent, (event as Readonly<Record<string, unknown>>)[type], what);
  const { pod, binary, exec_id: execId } = found.process;
  if (pod === null || pod === undefined) return null;
  const at = requireRecent(time, context);
  const socket =
    found.args?.find(({ sock_arg: one }) => one !== null && one !== undefined)?.sock_arg ?? null;
  const isMining = isMiner(binary, (found.process.arguments ?? '').slice(0, 4_096));
  const isPool = isPoolPort(socket?.dport);
  // Every start of every process is exported: only what a policy looks for, and miners, are events of a workload.
  if (type === 'process_exec' && !isMining) return null;
  const rule = found.policy_name ?? found.function_name ?? type;
  const address = socket?.daddr ?? null;
  const destination = address === null ? null : `${address}:${socket?.dport ?? 0}`;
  const workload =
    pod.workload === null
      ? null
      : workloadOfOwner({ kind: pod.workload_kind ?? 'Deployment', name: pod.workload });
  const to = destination === null ? '' : ` to ${destination}`;
  return signalOf({
    id: idOf('tetragon', execId, type, rule, destination, execId === null ? at : null),
    source: 'tetragon',
    class:
      isMining && destination === null
        ? 'miner'
        : isPool || destination !== null
          ? 'egress'
          : classOf(rule),
    rule,
    severity:
      isMining || isPool
        ? 'critical'
        : found.action === 'KPROBE_ACTION_SIGKILL'
          ? 'warning'
          : 'info',
    at,
    text: found.message ?? `${binary ?? 'a process'}${to} (${rule})`,
    target: {
      namespace: pod.namespace,
      pod: pod.name,
      podUid: pod.uid,
      workload,
      container: pod.container?.name ?? null,
      image: pod.container?.image?.name ?? null,
      node,
    },
    facts: {
      process: binary,
      parent: found.parent?.binary ?? null,
      connection: destination,
    },
  });
}
