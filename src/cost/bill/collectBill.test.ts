import { describe, expect, it } from 'vitest';
import type { NodeRecord } from '../../store/workloads.ts';
import { DAY_MS, HOUR_MS } from '../../model/time.ts';
import { collectBill, nodeFinder } from './collectBill.ts';
import type { Charge } from './readFocus.ts';

const DAY = Date.UTC(2026, 9, 1);
const SET =
  '/subscriptions/S/resourceGroups/RG/providers/Microsoft.Compute/virtualMachineScaleSets/aks-p1';

function node(
  name: string,
  providerId: string | null,
  hours: [number, number] = [0, 24],
): NodeRecord {
  return {
    name,
    providerId,
    labels: {},
    firstSeen: DAY + hours[0] * HOUR_MS,
    lastSeen: DAY + hours[1] * HOUR_MS,
    cpuCores: null,
    ramBytes: null,
    gpus: null,
    price: null,
  };
}

const NODES = [
  node('ip-10-0-0-1', 'aws:///eu-west-1a/i-0abc'),
  node('gke-p-1', 'gce://project/europe-west1-b/gke-p-1'),
  node('aks-p1-0', `azure://${SET}/virtualMachines/0`),
  node('aks-p1-1', `azure://${SET}/virtualMachines/1`, [12, 24]),
  node('twin', 'gce://project/europe-west1-b/twin'),
  node('twin-2', 'gce://project/europe-west1-c/twin'),
  node('bare', null),
  node('10.0.10.2', 'ocid1.instance.oc1.iad.ABUWCLJR'),
];

describe('nodeFinder', () => {
  const find = nodeFinder(NODES);
  it.each([
    ['i-0abc', ['ip-10-0-0-1']],
    ['arn:aws:ec2:eu-west-1:1:instance/i-0abc', ['ip-10-0-0-1']],
    ['//compute.googleapis.com/projects/p/zones/europe-west1-b/instances/gke-p-1', ['gke-p-1']],
    [`${SET.toLowerCase()}/virtualmachines/1`, ['aks-p1-1']],
    [SET.toUpperCase(), ['aks-p1-0', 'aks-p1-1']],
    ['ocid1.instance.oc1.iad.abuwcljr', ['10.0.10.2']],
    ['bare', ['bare']],
    ['twin', []], // two machines of that name: it might be either
    ['//compute.googleapis.com/projects/p/zones/x/disks/1', []],
    ['i-0other', []],
  ])('%s', (id, names) => {
    expect(find(id).map(({ name }) => name)).toEqual(names);
  });
});

describe('collectBill', () => {
  it('shares the charge of a scale set by the hours that its nodes were there', async () => {
    async function* charges(): AsyncGenerator<Charge> {
      const period = { start: DAY, end: DAY + DAY_MS };
      const kind = {
        resourceName: null,
        serviceName: '',
        resourceType: '',
        isUnused: false,
        namespace: null,
        category: 'Usage',
        serviceCategory: 'Compute',
      };
      yield { ...period, ...kind, cost: 9, resourceId: SET };
    }
    const { days, nodes } = await collectBill(charges(), NODES, async () => null);
    expect(nodes).toBe(2);
    expect([...(days[0]?.nodes ?? [])]).toEqual([
      ['aks-p1-0', 6e9], // 24 of 36 hours
      ['aks-p1-1', 3e9],
    ]);
  });
});
