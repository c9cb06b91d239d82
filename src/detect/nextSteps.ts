import type { NextStep, Severity } from '../model/finding.ts';
import { ownValue } from '../model/ownValue.ts';
import type { PodSample } from '../model/snapshot.ts';
import { shellQuote } from '../model/text/escape.ts';
import { readStep } from './verdict.ts';

/** A pod that shows something, and its container, where that is known. */
export interface ShownIn {
  readonly pod: Pick<PodSample, 'name' | 'node' | 'workload'>;
  readonly container?: { readonly name: string };
}

/** Pods that commands name at most. */
const MOST_NAMED = 20;

/** Small, with ps and a shell; any such image will do. */
const DEBUG_IMAGE = 'busybox:1.37';

const STOPS_PODS = 'Stops it; save the evidence first and do not delete it';

const SUSPENDED = `--type merge -p '{"spec":{"suspend":true}}'`;

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

/**
 * Look, preserve, contain, and only then stop; deleting first destroys the evidence. What is not critical is only looked
 * at.
 */
export function nextSteps(
  namespace: string,
  shownIn: readonly ShownIn[],
  severity: Severity,
): readonly NextStep[] {
  const [first] = shownIn;
  const kubectl = `kubectl -n ${shellQuote(namespace)}`;
  // A group of short-lived pods in a window without any: their creator still exists.
  if (first === undefined)
    return [
      readStep(
        `${kubectl} get events --sort-by=.lastTimestamp`,
        'Shows which pods came and went, and what created them',
      ),
      readStep(
        `${kubectl} get cronjobs,jobs,pods -o wide --sort-by=.metadata.creationTimestamp`,
        'Shows what exists now and what could start the next pod',
      ),
    ];
  const pod = shellQuote(first.pod.name);
  const container = first.container === undefined ? null : shellQuote(first.container.name);
  const inside = container === null ? '' : ` -c ${container}`;
  const look = `sh -c 'ps aux; cat /proc/net/tcp /proc/net/tcp6' | tee ${fileOf(first, 'processes.txt')}`;
  const debug = `${kubectl} debug ${pod} --image=${DEBUG_IMAGE} --target=${container} -i --quiet -- ${look}`;
  const steps = [
    readStep(
      `${kubectl} exec ${pod}${inside} -- ${look}`,
      'Shows and saves which process uses the CPU and its connections',
    ),
    ...(container === null
      ? []
      : [
          readStep(
            debug,
            'The same where the image has no shell: an ephemeral container beside the process',
          ),
        ]),
    readStep(
      `${kubectl} get pod ${pod} -o yaml > ${fileOf(first, 'pod.yaml')}`,
      'Saves image, command, owner and node as evidence',
    ),
    readStep(
      `${kubectl} logs ${pod}${inside || ' --all-containers'} --timestamps > ${fileOf(first, 'log.txt')}`,
      'Saves the logs before anything is stopped',
    ),
  ];
  return severity === 'critical' ? [...steps, ...containment(first, shownIn, kubectl)] : steps;
}

function containment(
  { pod: { node, workload, name } }: ShownIn,
  shownIn: readonly ShownIn[],
  kubectl: string,
): readonly NextStep[] {
  const pods = [...new Set(shownIn.map(({ pod }) => shellQuote(pod.name)))].slice(0, MOST_NAMED);
  const contain = (command: string, why: string): NextStep => ({
    ...readStep(command, why),
    effect: 'contain',
  });
  const [stop, why = ''] = ownValue(STOPS, workload.kind) ?? [];
  const owner = shellQuote(workload.kind === 'Pod' ? name : workload.name);
  const stopped = `${kubectl} ${stop?.replace('NAME', () => owner)}`;
  const cordon = `kubectl cordon ${shellQuote(node ?? '')}`;
  return [
    contain(
      `echo '${QUARANTINE}' | ${kubectl} apply -f -`,
      'Denies all egress for pods with the label of the next command, if the CNI enforces network policies',
    ),
    contain(
      `${kubectl} label --overwrite pod ${pods.join(' ')} burnwatch.io/quarantine=true`,
      'Applies that policy to its pods: a miner stops without its pool',
    ),
    ...(node === null ? [] : [contain(cordon, 'Keeps new pods off the node until it is checked')]),
    ...(stop === undefined ? [] : [{ command: stopped, effect: 'destroy' as const, why }]),
  ];
}

/** How each kind of owner, NAME, is stopped so that the object stays as evidence. */
const STOPS: Readonly<Record<string, readonly [command: string, why: string]>> = {
  Pod: ['delete pod NAME', 'Nothing owns it, so nothing else stops it: save the evidence first'],
  Deployment: ['scale deployment/NAME --replicas=0', STOPS_PODS],
  StatefulSet: ['scale statefulset/NAME --replicas=0', STOPS_PODS],
  ReplicaSet: ['scale replicaset/NAME --replicas=0', STOPS_PODS],
  ReplicationController: ['scale replicationcontroller/NAME --replicas=0', STOPS_PODS],
  Rollout: [
    `patch rollouts.argoproj.io/NAME --type merge -p '{"spec":{"replicas":0}}'`,
    STOPS_PODS,
  ],
  DaemonSet: [
    `patch daemonset/NAME --type merge -p '{"spec":{"template":{"spec":{"nodeSelector":{"burnwatch.io/stopped":"true"}}}}}'`,
    'No node has that label: the pods stop, the object stays as evidence',
  ],
  CronJob: [
    `patch cronjob/NAME ${SUSPENDED}`,
    'No further run starts; suspend the running Job in the same way',
  ],
  Job: [
    `patch job/NAME ${SUSPENDED}`,
    'Ends its pods, the object stays as evidence; save logs and processes first',
  ],
};

/** A file beside the person who runs the command; a name of the cluster cannot lead elsewhere. */
function fileOf({ pod }: ShownIn, suffix: string): string {
  return `${pod.name.replaceAll(/[^\w.-]+/g, '_').replace(/^[.-]+/, '')}-${suffix}`;
}
