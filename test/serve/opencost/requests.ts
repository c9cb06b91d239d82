/**
 * What OpenCost’s clients send and what must come back, over the two hours of `test/support/serve/opencostServer.ts`
 * (06:00 to 08:00; shop costs 4.8 = web 2.4 + job 2.2 + an unmounted volume 0.2; data 14.8 = burn 6.4 + db 8.4; idle
 * CPU 4 and RAM 5). Written from OpenCost’s code (file and function beside each list) and documentation
 * (opencost.io/docs/integrations/api), from opencost-ui, kubectl-cost and Kubecost’s allocation API.
 */
export interface Expected {
  /** `/allocation/compute` without it. */
  readonly path?: string;
  /** The time at which it is asked: 08:00 without it. */
  readonly now?: string;
  /** The keys of the first set. */
  readonly keys?: readonly string[];
  readonly sets?: number;
  /** totalCost of all sets together. */
  readonly total?: number;
  /** Start and end of the first set. */
  readonly window?: readonly [string, string];
  /** Figures of the first set: key, field, value. */
  readonly figures?: readonly (readonly [key: string, field: string, value: number])[];
  /** Added up over its sets, it costs what this query costs, key by key. */
  readonly sumsTo?: string;
  /** Refused: what the message says. */
  readonly refused?: string;
}
export type Request = readonly [query: string, expected: Expected];

export const ALL = 19.6;
const IDLE = 9;
const BY = 'WHOLE&aggregate=namespace';
const BOTH = ['data', 'shop'];
const CONTROLLERS = 'WHOLE&aggregate=controller';
const ONLY = 'WHOLE&aggregate=pod';
const PODS = ['__unmounted__', 'burn-0', 'db-0', 'job-0', 'web-0'];

/** core/pkg/opencost/allocationprops.go, `ParseProperty`, `GenerateKey`; aggregation.go, `ParseAggregationProperties`. */
const aggregate: readonly Request[] = [
  ['WHOLE', { sets: 1, total: ALL }],
  ['WHOLE&aggregate=', { total: ALL, sumsTo: 'WHOLE' }],
  ['WHOLE&aggregate=all', { keys: [''], total: ALL }],
  ['WHOLE&aggregate=cluster', { keys: ['prod'], total: ALL }],
  ['WHOLE&aggregate=node', { keys: ['', 'n1', 'n2'], total: ALL }],
  [BY, { keys: BOTH, total: ALL, figures: [['shop', 'totalCost', 4.8]] }],
  ['WHOLE&aggregate=Namespace', { sumsTo: BY }],
  [ONLY, { total: ALL, keys: PODS }],
  ['WHOLE&aggregate=container', { keys: ['__unmounted__', 'main'], total: ALL }],
  [CONTROLLERS, { total: ALL, figures: [['deployment:web', 'totalCost', 2.4]] }],
  ['WHOLE&aggregate=controllerName', { sumsTo: CONTROLLERS }],
  ['WHOLE&aggregate=controllerKind', { total: ALL, figures: [['job', 'totalCost', 2.2]] }],
  ['WHOLE&aggregate=controllerkind', { sumsTo: 'WHOLE&aggregate=controllerKind' }],
  ['WHOLE&aggregate=deployment', { keys: ['__unallocated__', 'web'], total: ALL }],
  ['WHOLE&aggregate=statefulset', { keys: ['__unallocated__', 'db'], total: ALL }],
  ['WHOLE&aggregate=daemonset', { keys: ['__unallocated__'], total: ALL }],
  ['WHOLE&aggregate=job', { keys: ['__unallocated__', 'nightly'], total: ALL }],
  ['WHOLE&aggregate=service', { keys: ['__unallocated__'], total: ALL }],
  ['WHOLE&aggregate=providerID', { total: ALL, figures: [['i-0abc', 'totalCost', 4.6]] }],
  ['WHOLE&aggregate=owner', { keys: ['__unallocated__'], total: ALL }],
  ['WHOLE&aggregate=team', { keys: ['__unallocated__', 'a'], total: ALL }],
  ['WHOLE&aggregate=department', { keys: ['__unallocated__'], total: ALL }],
  ['WHOLE&aggregate=environment', { keys: ['__unallocated__'], total: ALL }],
  ['WHOLE&aggregate=product', { keys: ['__unallocated__'], total: ALL }],
  ['WHOLE&aggregate=label:team', { keys: ['__unallocated__', 'a'], total: ALL }],
  ['WHOLE&aggregate=label:app.kubernetes.io/name', { keys: ['__unallocated__', 'web'] }],
  ['WHOLE&aggregate=label:app_kubernetes_io_name', { keys: ['__unallocated__', 'web'] }],
  ['WHOLE&aggregate=label:app-kubernetes-io-name', { keys: ['__unallocated__', 'web'] }],
  ['WHOLE&aggregate=label:nothing', { keys: ['__unallocated__'], total: ALL }],
  // The namespace's label: its pods have none of that name themselves.
  ['WHOLE&aggregate=label:tier', { figures: [['storage', 'totalCost', 14.8]] }],
  ['WHOLE&aggregate=cluster,namespace', { keys: ['prod/data', 'prod/shop'], total: ALL }],
  [
    'WHOLE&aggregate=namespace,label:team',
    { keys: ['data/__unallocated__', 'shop/__unallocated__', 'shop/a'], total: ALL },
  ],
  ['WHOLE&aggregate=namespace,%20controller', { total: ALL }],
  ['WHOLE&aggregate=annotation:x', { refused: 'use label:NAME' }],
  ['WHOLE&aggregate=namspace', { refused: 'invalid aggregate "namspace"' }],
];

/** core/pkg/opencost/window.go, `parseWindow`. */
const windows: readonly Request[] = [
  ['window=today&aggregate=namespace', { total: ALL, window: ['24T00:00', '25T00:00'] }],
  ['window=yesterday&aggregate=namespace', { keys: [], sets: 1 }],
  ['window=week&aggregate=namespace', { total: ALL }],
  ['window=month&aggregate=namespace', { total: ALL }],
  ['window=lastweek&aggregate=namespace', { keys: [] }],
  ['window=lastmonth&aggregate=namespace', { keys: [] }],
  ['window=1h&aggregate=namespace', { keys: [] }],
  ['window=2h&aggregate=namespace', { total: 10.9 }],
  ['window=24h&aggregate=namespace', { total: ALL }],
  ['window=1d&aggregate=namespace', { total: ALL, window: ['24T00:00', '25T00:00'] }],
  ['window=7d&aggregate=namespace', { total: ALL, window: ['18T00:00', '25T00:00'] }],
  ['window=2w&aggregate=namespace', { total: ALL }],
  [
    'window=15m&aggregate=namespace',
    { now: '07:38:20', window: ['24T07:24', '24T07:39'], total: 10.9 / 4 },
  ],
  ['window=60m&aggregate=pod', { now: '07:38:20' }],
  ['window=1h%20offset%201h&aggregate=namespace', { total: 8.7 }],
  ['window=START,END&aggregate=namespace', { total: ALL }],
  ['window=START-END&aggregate=namespace', { total: ALL }],
  ['window=2026-11-24T06:00:00Z,2026-11-24T08:00:00Z', { total: ALL }],
  ['window=2026-11-24T07:00:00%2B01:00,2026-11-24T09:00:00%2B01:00', { total: ALL }],
  ['', { refused: 'illegal window: ""' }],
  ['window=soon', { refused: 'illegal window: "soon"; use today' }],
  ['window=2026-11-24,2026-11-25', { refused: 'illegal window' }],
  ['window=END,START', { refused: 'illegal window' }],
  ['window=401d', { refused: 'at most 400 days' }],
];

/** aggregation.go of OpenCost 1.121, `resolveAccumulateFromQuery`, `resolveStepFromQuery`, `GetAccumulateWindows`. */
const sets: readonly Request[] = [
  ...[
    '1h',
    '30m',
    '7m',
    '15m',
    '1h30m',
    '5m',
    '1m',
    '90s',
    'hour',
    'day',
    'week',
    'month',
    'quarter',
  ].map((step): Request => [`${BY}&step=${step}`, { sumsTo: BY }]),
  // Whatever the time is, steps part the window: their edges are within windows of the history.
  ...['5m', '10m', '7m', '1m'].map((step): Request => [
    `window=60m&aggregate=namespace&step=${step}`,
    { now: '07:38:20', sumsTo: 'window=60m&aggregate=namespace' },
  ]),
  [`${BY}&step=1h`, { sets: 2, figures: [['shop', 'cpuCost', 1]] }],
  ['window=9d&aggregate=namespace&step=3d&resolution=10m', { sets: 3, total: ALL }],
  [`${BY}&step=1h&resolution=1m`, { sets: 2 }],
  ...['true', '1', 't', 'TRUE', 'all'].map((value): Request => [
    `${BY}&step=1h&accumulate=${value}`,
    { sets: 1, sumsTo: BY },
  ]),
  ...['false', '0', 'f', 'none', ''].map((value): Request => [
    `${BY}&step=1h&accumulate=${value}`,
    { sets: 2, sumsTo: BY },
  ]),
  [`${BY}&accumulate=hour`, { sets: 2, total: ALL }],
  [`${BY}&accumulate=day`, { sets: 1, total: ALL, window: ['24T00:00', '25T00:00'] }],
  [`${BY}&accumulate=week`, { sets: 1, window: ['22T00:00', '29T00:00'] }],
  [`${BY}&accumulate=weeknow`, { sets: 1, window: ['22T00:00', '29T00:00'] }],
  [`${BY}&accumulate=month`, { sets: 1, total: ALL }],
  [`${BY}&accumulate=quarter`, { sets: 1, total: ALL }],
  ['window=7d&aggregate=namespace&accumulate=day', { sets: 7, total: ALL }],
  [`${BY}&accumulateBy=hour`, { sets: 2 }],
  [`${BY}&accumulateBy=day`, { sets: 1 }],
  [`${BY}&accumulateBy=week`, { sets: 1 }],
  [`${BY}&accumulateBy=month`, { sets: 1 }],
  [`${BY}&accumulateBy=quarter`, { sets: 1 }],
  [`${BY}&accumulateBy=all&step=1h`, { sets: 1 }],
  [`${BY}&accumulateBy=none&accumulate=true&step=1h`, { sets: 2 }],
  [`${BY}&accumulateBy=year`, { refused: 'illegal accumulateBy' }],
  [`${BY}&accumulate=sometimes`, { refused: 'illegal accumulate: "sometimes"; use true' }],
  [`${BY}&step=soon`, { refused: 'illegal step: "soon"' }],
  [`${BY}&step=1s`, { refused: 'more than 1000 sets' }],
  [`${BY}&resolution=fine`, { refused: 'illegal resolution' }],
];

/** pkg/costmodel/costmodel.go, `QueryAllocation`; core/pkg/opencost/allocation.go, `AggregateBy`. */
const idle: readonly Request[] = [
  ...['includeIdle=true', 'idle=true', 'includeIdle=1', 'includeIdle=true&idle=true'].map(
    (flags): Request => [
      `${BY}&${flags}`,
      { keys: [...BOTH, '__idle__'], total: ALL + IDLE, figures: [['__idle__', 'cpuCost', 4]] },
    ],
  ),
  [`${BY}&includeIdle=false&idle=false`, { keys: BOTH, total: ALL }],
  [`${BY}&idleByNode=true`, { keys: BOTH, total: ALL }],
  [`${BY}&includeIdle=true&idleByNode=true`, { total: ALL + IDLE }],
  [`${BY}&includeIdle=true&shareIdle=true`, { keys: BOTH, total: ALL + IDLE }],
  [`${BY}&includeIdle=true&shareIdle=weighted`, { keys: BOTH, total: ALL + IDLE }],
  [`${BY}&includeIdle=true&shareIdle=false`, { total: ALL + IDLE }],
  [
    `${BY}&includeIdle=true&shareIdle=true&idleByNode=true`,
    { total: ALL + IDLE, figures: [['shop', 'cpuCostIdle', 4]] },
  ],
  [`${BY}&includeIdle=true&step=1h`, { sets: 2 }],
  [`${BY}&includeIdle=maybe`, { refused: 'illegal includeIdle: "maybe"; use true or false' }],
  [`${BY}&shareIdle=even`, { refused: 'illegal shareIdle' }],
  [`${BY}&includeAggregatedMetadata=true`, { keys: BOTH, total: ALL }],
  [`${BY}&includeAggregatedMetadata=false`, { keys: BOTH, total: ALL }],
  [`${BY}&includeIdle=true&includeProportionalAssetResourceCosts=true`, { total: ALL + IDLE }],
  [
    `${BY}&includeIdle=true&idleByNode=true&includeProportionalAssetResourceCosts=true`,
    { total: ALL + IDLE },
  ],
  [`${BY}&includeProportionalAssetResourceCosts=true`, { refused: 'includeIdle must be set true' }],
  [`${BY}&includeProportionalAssetResourceCosts=false`, { total: ALL }],
  [`${BY}&sharelb=true`, { total: ALL }],
  [`${BY}&sharelb=false`, { total: ALL }],
  [
    `${BY}&sharelb=true&includeIdle=true&includeProportionalAssetResourceCosts=true`,
    { refused: 'ask for one of them' },
  ],
  [`${BY}&metrics=totalCost,cpuCost`, { total: ALL }],
];

/** core/pkg/util/filterutil/filterutil.go (Kubecost's older filters) and core/pkg/filter/allocation (the language). */
const filters: readonly Request[] = [
  ...[
    'Namespaces',
    'Nodes',
    'Clusters',
    'Controllers',
    'ControllerKinds',
    'Pods',
    'Containers',
  ].map((name): Request => [`${ONLY}&filter${name}=`, { keys: PODS, total: ALL }]),
  ...[
    'Labels',
    'Annotations',
    'Services',
    'Departments',
    'Environments',
    'Owners',
    'Products',
    'Teams',
  ].map((name): Request => [`${ONLY}&filter${name}=`, { keys: PODS, total: ALL }]),
  [`${ONLY}&filterNamespaces=shop`, { total: 4.8 }],
  [`${ONLY}&filterNamespaces=shop,data`, { total: ALL }],
  [`${ONLY}&filterNamespaces=sh*`, { total: 4.8 }],
  [`${ONLY}&filterClusters=prod`, { total: ALL }],
  [`${ONLY}&filterClusters=other`, { keys: [] }],
  [`${ONLY}&filterNodes=n1`, { keys: ['job-0', 'web-0'] }],
  [`${ONLY}&filterControllers=web`, { keys: ['web-0'] }],
  [`${ONLY}&filterControllers=deployment:web,statefulset:db`, { keys: ['db-0', 'web-0'] }],
  [`${ONLY}&filterControllers=a:b:c`, { refused: 'use KIND:NAME or NAME' }],
  [`${ONLY}&filterControllerKinds=job`, { keys: ['job-0'] }],
  [`${ONLY}&filterPods=web-0,db*`, { keys: ['db-0', 'web-0'] }],
  [`${ONLY}&filterContainers=main`, { keys: PODS.slice(1) }],
  [`${ONLY}&filterLabels=team:a`, { keys: ['web-0'] }],
  [`${ONLY}&filterLabels=tier:stor*`, { keys: ['burn-0', 'db-0'] }],
  [`${ONLY}&filterLabels=team`, { refused: 'use NAME:VALUE' }],
  [`${ONLY}&filterTeams=a`, { keys: ['web-0'] }],
  [`${ONLY}&filterDepartments=x`, { keys: [] }],
  [`${ONLY}&filterEnvironments=x`, { keys: [] }],
  [`${ONLY}&filterProducts=x`, { keys: [] }],
  [`${ONLY}&filterOwners=x`, { keys: [] }],
  [`${ONLY}&filterAnnotations=a:b`, { refused: 'use labels' }],
  [`${ONLY}&filterServices=web`, { refused: 'use labels' }],
  [`${ONLY}&filterNamespaces=shop&filterNodes=n1&filter=label:"team"`, { keys: ['web-0'] }],
  [`${ONLY}&filter=`, { keys: PODS }],
  [`${ONLY}&filter=namespace:"data"`, { keys: ['burn-0', 'db-0'] }],
  [`${ONLY}&filter=namespace!:"data"`, { total: 4.8 }],
  [`${ONLY}&filter=namespace~:"at"`, { total: 14.8 }],
  [`${ONLY}&filter=namespace<~:"da"`, { total: 14.8 }],
  [`${ONLY}&filter=namespace~>:"ta"`, { total: 14.8 }],
  [`${ONLY}&filter=node:"n1"%2BcontrollerKind:"job"`, { keys: ['job-0'] }],
  [`${ONLY}&filter=pod:"web-0"|pod:"db-0"`, { keys: ['db-0', 'web-0'] }],
  [`${ONLY}&filter=controllerName:"web"`, { keys: ['web-0'] }],
  [`${ONLY}&filter=controller:"deployment:web","db"`, { keys: ['db-0', 'web-0'] }],
  [`${ONLY}&filter=deployment:"web"`, { keys: ['web-0'] }],
  [`${ONLY}&filter=label[team]:"a"`, { keys: ['web-0'] }],
  [`${ONLY}&filter=label:team:"a"`, { keys: ['web-0'] }],
  [`${ONLY}&filter=team:"a"`, { keys: ['web-0'] }],
  [`${ONLY}&filter=services:"web"`, { refused: 'not kept' }],
  [`${ONLY}&filter=annotation[a]:"b"`, { refused: 'not kept' }],
  [`${ONLY}&filter=nmspace:"a"`, { refused: 'there is no field "nmspace"' }],
  [`${BY}&includeIdle=true&filter=node:"n1"`, { keys: ['shop', '__idle__'] }],
];

/** allocation.go, `computeShareCoeffs`; the parameters are Kubecost's (its Allocation API). */
const sharing: readonly Request[] = [
  [`${BY}&shareNamespaces=`, { keys: BOTH, total: ALL, figures: [['shop', 'sharedCost', 0]] }],
  [
    `${BY}&shareNamespaces=data`,
    { keys: ['shop'], total: ALL, figures: [['shop', 'sharedCost', 14.8]] },
  ],
  [
    `${ONLY}&shareNamespaces=data&shareSplit=even`,
    { total: ALL, figures: [['web-0', 'sharedCost', 7.4]] },
  ],
  [
    `${ONLY}&shareNamespaces=data&shareSplit=weighted`,
    { total: ALL, figures: [['web-0', 'sharedCost', (14.8 * 2.4) / 4.6]] },
  ],
  [`${ONLY}&shareLabels=team:a`, { total: ALL }],
  [
    `${BY}&shareLabels=team:a&shareSplit=even`,
    {
      total: ALL,
      figures: [
        ['data', 'sharedCost', 1.2],
        ['shop', 'sharedCost', 1.2],
      ],
    },
  ],
  // 730 a month is 1 an hour.
  [`${BY}&shareCost=730&shareSplit=even`, { total: ALL + 2, figures: [['shop', 'sharedCost', 1]] }],
  [`${BY}&shareCost=730&shareSplit=even&step=1h`, { sets: 2, total: ALL + 2 }],
  [`${BY}&shareCost=0`, { total: ALL }],
  // What the filter leaves out carries its half all the same.
  [`${BY}&shareCost=730&shareSplit=even&filter=namespace:"shop"`, { total: 5.8 }],
  [`${BY}&shareNamespaces=data&includeIdle=true&shareIdle=true`, { total: ALL + IDLE }],
  [`${BY}&shareTenancyCosts=true`, { total: ALL }],
  [`${BY}&shareTenancyCosts=false`, { total: ALL }],
  [`${BY}&shareCost=much`, { refused: 'use a number' }],
  [`${BY}&shareSplit=odd`, { refused: 'use weighted or even' }],
  [`${BY}&shareLabels=team`, { refused: 'use NAME:VALUE' }],
];

/** Kubecost's Allocation API, which OpenCost leaves without effect. */
const others: readonly Request[] = [
  [`${BY}&sortBy=totalCost`, { keys: ['data', 'shop'] }],
  [`${BY}&sortBy=totalCost&sortByOrder=asc`, { keys: ['shop', 'data'] }],
  [`${BY}&sort=name&sortByOrder=desc`, { keys: ['shop', 'data'] }],
  [`${BY}&sortBy=totalCost&limit=1`, { keys: ['data'] }],
  [`${BY}&offset=1`, { keys: ['shop'] }],
  [`${BY}&offset=1&limit=5`, { keys: ['shop'] }],
  [`${BY}&limit=few`, { refused: 'use a whole number' }],
  [`${BY}&sortBy=cost`, { refused: 'illegal sortBy' }],
  [`${BY}&sortByOrder=up`, { refused: 'use desc or asc' }],
  [`${BY}&external=false&reconcile=false&reconcileNetwork=false&splitIdle=false`, { total: ALL }],
  [`${BY}&costUnit=cumulative&format=json&includeSharedCostBreakdown=false`, { total: ALL }],
  [`${BY}&external=true`, { refused: 'no costs from outside the cluster' }],
  [`${BY}&reconcile=true`, { refused: 'pricing.basis' }],
  [`${BY}&reconcileNetwork=true`, { refused: 'pricing.basis' }],
  [`${BY}&splitIdle=true`, { refused: 'ask /assets' }],
  [`${BY}&includeSharedCostBreakdown=true`, { refused: 'by themselves' }],
  [`${BY}&costUnit=hourly`, { refused: 'divide totalCost' }],
  [`${BY}&format=csv`, { refused: '/api/v1/costs?format=csv' }],
  [`${BY}&shareNamespace=data`, { refused: 'use shareNamespaces' }],
  [`${BY}&acumulate=true`, { refused: 'use accumulate' }],
];

/** kubectl-cost (pkg/cmd/aggregatedcommandbuilder.go), opencost-ui (app/services/allocation.ts), and other paths. */
const clients: readonly Request[] = [
  [
    'window=1d&aggregate=cluster,namespace&accumulate=true&includeIdle=true&idle=true&filterNamespaces=',
    { keys: ['prod/data', 'prod/shop', '__idle__'], sets: 1, total: ALL + IDLE },
  ],
  ['window=7d&aggregate=namespace&includeIdle=true&accumulate=day', { sets: 7, total: ALL + IDLE }],
  ['window=7d&aggregate=namespace&resolution=1m', { path: '/allocation', total: ALL }],
  [BY, { path: '/model/allocation', total: ALL }],
  [BY, { path: '/model/allocation/compute', total: ALL }],
];

export const REQUESTS: Readonly<Record<string, readonly Request[]>> = {
  aggregate,
  windows,
  sets,
  idle,
  filters,
  sharing,
  others,
  clients,
};
