import type { NextStep, Severity } from '../../../model/finding.ts';
import { shellQuote } from '../../../model/text/escape.ts';
import type { Facts } from '../evidence/signal.ts';

/** As many pods as one command names. */
const MAX_PODS = 20;

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
  const steps: NextStep[] = [
    {
      command: `kubectl ${at} exec ${pod} -c ${container} -- sh -c 'ps aux; cat /proc/net/tcp'`,
      effect: 'read',
      why: 'Shows which process uses the CPU and its connections',
    },
    {
      command: `kubectl ${at} get pod ${pod} -o yaml`,
      effect: 'read',
      why: 'Saves image, command, owner and node as evidence',
    },
    {
      command: `kubectl ${at} logs ${pod} -c ${container} --timestamps`,
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
  if (workload.kind === 'DaemonSet')
    steps.push({
      command: `kubectl ${at} patch daemonset/${shellQuote(workload.name)} --type merge -p '{"spec":{"template":{"spec":{"nodeSelector":{"burnwatch.io/stopped":"true"}}}}}'`,
      effect: 'destroy',
      why: 'No node has that label: the pods stop, the object stays as evidence',
    });
  if (workload.kind === 'Deployment' || workload.kind === 'StatefulSet')
    steps.push({
      command: `kubectl ${at} scale ${workload.kind.toLowerCase()}/${shellQuote(workload.name)} --replicas=0`,
      effect: 'destroy',
      why: 'Stops it; save the evidence first and do not delete it',
    });
  return steps;
}
