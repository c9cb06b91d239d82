import type { RawMetadata, RawObject } from '../../src/collect/kubernetes/rawObjects.ts';
import { InventoryBuilder } from '../../src/collect/specs/inventoryBuilder.ts';
import type { Inventory } from '../../src/collect/specs/inventory.ts';

const CREATED = '2026-11-20T08:00:00Z';

/** An object as the API writes it. For tests. */
export function rawObject(
  apiVersion: string,
  kind: string,
  metadata: RawMetadata,
  rest: Omit<RawObject, 'metadata' | 'kind' | 'apiVersion'> = {},
): RawObject {
  const uid = `${kind}-${metadata.namespace ?? ''}-${metadata.name}`.toLowerCase();
  return {
    apiVersion,
    kind,
    metadata: { uid, creationTimestamp: CREATED, ...metadata },
    ...rest,
  };
}

/** The pod web-6d4cf56db6-x2x4z of Deployment/web in namespace shop. For tests. */
export function rawPod(
  metadata: RawMetadata = {},
  spec: RawObject['spec'] = {},
  status: RawObject['status'] = {},
): RawObject {
  const ownerReferences = [{ kind: 'ReplicaSet', name: 'web-6d4cf56db6', controller: true }];
  return rawObject(
    'v1',
    'Pod',
    {
      name: 'web-6d4cf56db6-x2x4z',
      namespace: 'shop',
      labels: { app: 'web', 'app.kubernetes.io/name': 'web' },
      ownerReferences,
      ...metadata,
    },
    {
      spec: {
        nodeName: 'node-1',
        serviceAccountName: 'web',
        containers: [
          {
            name: 'app',
            image: 'registry.example/web:1.2',
            command: ['/web'],
            args: ['--port=8080'],
            env: [{ name: 'DB_PASSWORD', value: 'canary-in-env' }],
            resources: {
              requests: { cpu: '250m', memory: '256Mi' },
              limits: { memory: '512Mi' },
            },
          },
        ],
        ...spec,
      },
      status: { phase: 'Running', qosClass: 'Burstable', ...status },
    },
  );
}

/** An inventory of these objects, observed at `observedAt` and valid for two hours around it. For tests. */
export function inventoryOf(objects: readonly RawObject[], observedAt: number): Inventory {
  const builder = new InventoryBuilder();
  for (const object of objects) builder.add(object);
  const hours = 2 * 3_600_000;
  return builder.build({
    observedAt,
    validFrom: observedAt - hours,
    validTo: observedAt + hours,
    missing: [],
    problems: [],
  });
}
