/** An API server with as many pods as `process.argv[2]` says, in a process of its own: see `../specs.ts`. */
import { rawObject, rawPod } from '../../test/support/specs.ts';
import { ApiServer } from '../../test/support/apiServer/apiServer.ts';
import type { ApiObject } from '../../test/support/apiServer/objectStore.ts';
import { CUSTOM_RESOURCES, STANDARD_RESOURCES } from '../../test/support/apiServer/resources.ts';

const count = Number(process.argv[2]);
const server = await ApiServer.start({
  tls: true,
  tokens: { bench: 'bench' },
  resources: [...STANDARD_RESOURCES, ...CUSTOM_RESOURCES],
});
const workloads = Math.ceil(count / 3);
for (let index = 0; index < count; index += 1) server.put(podOf(index));
for (let index = 0; index < workloads; index += 1) {
  const [name, namespace] = [`app-${index}`, `team-${index % 100}`];
  const place = { name: `${name}-6d4cf56db6`, namespace };
  const ownerReferences = [{ kind: 'Deployment', name, controller: true }];
  server.put(
    rawObject('apps/v1', 'Deployment', { name, namespace }, { spec: { replicas: 3 } }) as ApiObject,
    rawObject('apps/v1', 'ReplicaSet', { ...place, ownerReferences }) as ApiObject,
  );
}
process.send?.(server.kubeconfig('bench'));
process.on('disconnect', () => process.exit(0));

/** Some 8 KB of JSON, as pods of real clusters are: with managed fields, conditions and an environment. */
function podOf(index: number): ApiObject {
  const workload = Math.floor(index / 3);
  const env = Array.from({ length: 15 }, (_, at) => ({
    name: `SETTING_${at}`,
    value: `value-${workload}-${at}`,
  }));
  const fields = Object.fromEntries(
    Array.from({ length: 60 }, (_, at) => [`f:field-number-${at}`, { 'f:value': {} }]),
  );
  // The API sends them along, and nobody reads them: twice the size of the rest.
  const managedFields = ['kube-controller-manager', 'kubelet'].map((manager) => ({
    manager,
    fieldsV1: fields,
  }));
  const pod = rawPod(
    {
      name: `app-${workload}-6d4cf56db6-p${index}`,
      namespace: `team-${workload % 100}`,
      uid: `00000000-0000-4000-8000-${index.toString(16).padStart(12, '0')}`,
      ownerReferences: [
        { kind: 'ReplicaSet', name: `app-${workload}-6d4cf56db6`, controller: true },
      ],
    },
    {
      containers: [
        {
          name: 'app',
          image: `registry.example/team/app-${workload}:1.2.${index % 7}`,
          args: ['--listen=:8080', `--shard=${workload}`],
          env,
          resources: { requests: { cpu: '250m', memory: '256Mi' }, limits: { memory: '512Mi' } },
        },
      ],
    },
    {
      conditions: ['Initialized', 'Ready', 'ContainersReady', 'PodScheduled'].map((type) => ({
        type,
        status: 'True',
        lastTransitionTime: '2026-11-20T08:00:00Z',
      })),
    },
  );
  return { ...pod, metadata: { ...pod.metadata, managedFields } };
}
