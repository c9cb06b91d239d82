import type { NextStep, Severity } from '../../../model/finding.ts';
import { ownValue } from '../../../model/ownValue.ts';
import { shellQuote } from '../../../model/text/escape.ts';
import type { WorkloadRef } from '../../../model/workload.ts';
import type { Facts } from '../evidence/signal.ts';
import type { SubjectMember } from '../subjects/subject.ts';

/** As many pods as a finding and a command name. */
export const MAX_PODS = 20;

/** Small, with ps and a shell; any such image will do. */
const DEBUG_IMAGE = 'busybox:1.37';

const STOPS_PODS = 'Stops it; save the evidence first and do not delete it';

/** Selects by a label of our own, so that no Service loses its pods and no ReplicaSet makes new ones. */
const QUARANTINE = JSON.stringify({
  apiVersion: 'networking.k8s.io/v1',
  kind: 'NetworkPolicy',
  metadata: { name: 'burnwatch-quarantine' },
  spec: {
    podSelector: { matchLabels: { 'burnwatch.io/quarantine': 'true' } },
    policyTypes: ['Egress'],
  },
});

/** For a group of short-lived pods in a window without any: their creator still exists. */
function stepsBetweenPods(namespace: string): readonly NextStep[] {
  const at = `-n ${shellQuote(namespace)}`;
  return [
    {
      command: `kubectl ${at} get events --sort-by=.lastTimestamp`,
      effect: 'read',
      why: 'Shows which pods came and went, and what created them',
    },
    {
      command: `kubectl ${at} get cronjobs,jobs,pods -o wide --sort-by=.metadata.creationTimestamp`,
      effect: 'read',
      why: 'Shows what exists now and what could start the next pod',
    },
  ];
}

/** Look, preserve, contain, and only then stop; deleting first destroys the evidence. */
export function nextSteps({ subject }: Facts, severity: Severity): readonly NextStep[] {
  const first = subject.members[0];
  if (first === undefined) return stepsBetweenPods(subject.namespace);
  const { namespace, node, workload } = first.pod;
  const at = `-n ${shellQuote(namespace)}`;
  const pod = shellQuote(first.pod.name);
  const container = shellQuote(first.container.name);
  const look = `sh -c 'ps aux; cat /proc/net/tcp /proc/net/tcp6'`;
  const steps: NextStep[] = [
    {
      command: `kubectl ${at} exec ${pod} -c ${container} -- ${look} | tee ${fileOf(first, 'processes.txt')}`,
      effect: 'read',
      why: 'Shows and saves which process uses the CPU and its connections',
    },
    {
      command: `kubectl ${at} debug ${pod} --image=${DEBUG_IMAGE} --target=${container} -i --quiet -- ${look} | tee ${fileOf(first, 'processes.txt')}`,
      effect: 'read',
      why: 'The same where the image has no shell: an ephemeral container beside the process',
    },
    {
      command: `kubectl ${at} get pod ${pod} -o yaml > ${fileOf(first, 'pod.yaml')}`,
      effect: 'read',
      why: 'Saves image, command, owner and node as evidence',
    },
    {
      command: `kubectl ${at} logs ${pod} -c ${container} --timestamps > ${fileOf(first, 'log.txt')}`,
      effect: 'read',
      why: 'Saves the logs before anything is stopped',
    },
  ];
  if (severity !== 'critical') return steps;
  const names = [...new Set(subject.members.map((member) => member.pod))]
    .slice(0, MAX_PODS)
    .map(({ name }) => shellQuote(name));
  steps.push(
    {
      command: `echo '${QUARANTINE}' | kubectl ${at} apply -f -`,
      effect: 'contain',
      why: 'Denies all egress for pods with the label of the next command, if the CNI enforces network policies',
    },
    {
      command: `kubectl ${at} label --overwrite pod ${names.join(' ')} burnwatch.io/quarantine=true`,
      effect: 'contain',
      why: 'Applies that policy to its pods: a miner stops without its pool',
    },
  );
  if (node !== null)
    steps.push({
      command: `kubectl cordon ${shellQuote(node)}`,
      effect: 'contain',
      why: 'Keeps new pods off the node until it is checked',
    });
  steps.push(...stopOf(workload, at, pod));
  return steps;
}

/** How each kind of owner is stopped so that the object stays as evidence. */
const STOPS: Readonly<Record<string, (name: string) => readonly [command: string, why: string]>> = {
  Deployment: scaled('deployment'),
  StatefulSet: scaled('statefulset'),
  ReplicaSet: scaled('replicaset'),
  ReplicationController: scaled('replicationcontroller'),
  Rollout: patched('rollouts.argoproj.io', '{"spec":{"replicas":0}}', STOPS_PODS),
  DaemonSet: patched(
    'daemonset',
    '{"spec":{"template":{"spec":{"nodeSelector":{"burnwatch.io/stopped":"true"}}}}}',
    'No node has that label: the pods stop, the object stays as evidence',
  ),
  CronJob: patched(
    'cronjob',
    '{"spec":{"suspend":true}}',
    'No further run starts; suspend the running Job in the same way',
  ),
  Job: patched(
    'job',
    '{"spec":{"suspend":true}}',
    'Ends its pods, the object stays as evidence; save logs and processes first',
  ),
};

function deleted(pod: string) {
  const why = 'Nothing owns it, so nothing else stops it: save the evidence first';
  return [`delete pod ${pod}`, why] as const;
}

function scaled(kind: string) {
  return (name: string) => [`scale ${kind}/${name} --replicas=0`, STOPS_PODS] as const;
}

function patched(kind: string, patch: string, why: string) {
  return (name: string) => [`patch ${kind}/${name} --type merge -p '${patch}'`, why] as const;
}

function stopOf({ kind, name }: WorkloadRef, at: string, pod: string): readonly NextStep[] {
  const stop = kind === 'Pod' ? deleted(pod) : ownValue(STOPS, kind)?.(shellQuote(name));
  if (stop === undefined) return [];
  const [command, why] = stop;
  return [{ command: `kubectl ${at} ${command}`, effect: 'destroy', why }];
}

/** A file beside the person who runs the command; a name of the cluster cannot lead elsewhere. */
function fileOf({ pod }: SubjectMember, suffix: string): string {
  return `${pod.name.replaceAll(/[^\w.-]+/g, '_').replace(/^[.-]+/, '')}-${suffix}`;
}
