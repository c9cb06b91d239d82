import { podRecord, type PodRecord } from '../../../src/collect/kubernetes/podRecord.ts';

/** A pod as the API writes it, of a Deployment of its own in one of twenty namespaces. For tests. */
export function createRecord(index: number): PodRecord {
  const record = podRecord({
    kind: 'Pod',
    metadata: {
      name: `app-${index}-6d4cf56db6-x2x4z`,
      namespace: `ns-${index % 20}`,
      uid: `uid-${index}`,
      labels: { app: `app-${index}` },
      ownerReferences: [{ kind: 'ReplicaSet', name: `app-${index}-6d4cf56db6`, controller: true }],
    },
    spec: {
      nodeName: 'node-1',
      containers: [
        {
          name: 'app',
          image: 'registry.example/app:1.2',
          resources: { requests: { cpu: '100m', memory: '128Mi' }, limits: { memory: '256Mi' } },
          securityContext: { runAsNonRoot: true, allowPrivilegeEscalation: false },
        },
      ],
    },
    status: { phase: 'Running' },
  });
  if (record === null) throw new Error('the pod has no identity');
  return record;
}
