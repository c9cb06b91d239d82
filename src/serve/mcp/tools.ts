import { z } from 'zod';
import { getCosts } from '../api/costs.ts';
import { getFinding, listFindings } from '../api/findings.ts';
import { listRecommendations } from '../api/recommendations.ts';
import type { ApiRoute } from '../api/route.ts';
import { getSeries } from '../api/series.ts';

/** A call of the API that a model may make: its schemas are the call's own. */
export interface Tool {
  readonly name: string;
  readonly description: string;
  readonly route: ApiRoute;
}

/** What a model reads as JSON; the same rows as CSV would be asked for twice. */
const LEFT_OUT = new Set(['format']);

/** Every tool. Each reads; nothing here changes anything. */
export const TOOLS: readonly Tool[] = [
  {
    name: 'costs',
    description:
      'What the cluster cost in a window, by namespace, workload, owner, node, pod, container or label; money in `currency`. The sum of rows and idle is nodesCost.',
    route: getCosts,
  },
  {
    name: 'findings',
    description:
      'Findings: cryptojacking, right-sizing, cost spikes, budgets, abandoned workloads, posture, data quality; with their state, score and cost.',
    route: listFindings,
  },
  {
    name: 'evidence',
    description:
      'One finding by its id: the evidence with value, threshold and weight, and the commands to look closer.',
    route: getFinding,
  },
  {
    name: 'recommendations',
    description:
      'Requests and limits to set instead, with the saving a month, the risk, the confidence and patches.',
    route: listRecommendations,
  },
  {
    name: 'series',
    description:
      'Use of CPU, memory, network and disk of a workload over time; null is unknown, never zero.',
    route: getSeries,
  },
];

/** A tool as it is listed: the JSON schema is of the parts that the route itself validates. */
export function listedTool({ name, description, route }: Tool) {
  const shape = { ...route.params.shape, ...route.query.shape };
  const kept = Object.entries(shape).filter(([key]) => !LEFT_OUT.has(key));
  const schema = z.toJSONSchema(z.strictObject(Object.fromEntries(kept)), {
    io: 'input',
    unrepresentable: 'any',
  });
  const { properties = {}, required = [] } = schema;
  const hints = { readOnlyHint: true, destructiveHint: false, idempotentHint: true };
  return {
    name,
    description,
    inputSchema: {
      type: 'object' as const,
      properties: properties as Record<string, object>,
      required,
      additionalProperties: false,
    },
    annotations: { ...hints, openWorldHint: false },
  };
}

/** Arguments that no call can have; the message says which. */
export class BadArguments extends Error {
  override readonly name = 'BadArguments';
}

/**
 * The path of the call under `/api/v1` and its query. Values are checked by the call's own schemas later.
 * @throws BadArguments
 */
export function pathOf({ name, route }: Tool, args: Readonly<Record<string, unknown>>): string {
  const query = new URLSearchParams();
  let { path } = route;
  for (const [key, value] of Object.entries(args)) {
    if (!['string', 'number', 'boolean'].includes(typeof value))
      throw new BadArguments(`${key}: must be text, a number or true or false`);
    const text = String(value);
    if (Object.hasOwn(route.params.shape, key)) {
      // "." and ".." would be another path.
      if (/^\.*$/.test(text)) throw new BadArguments(`${key}: "${text}" names nothing`);
      path = path.replace(`{${key}}`, () => encodeURIComponent(text));
    } else if (LEFT_OUT.has(key)) throw new BadArguments(`${key}: ${name} has no such argument`);
    else query.set(key, text);
  }
  const missing = /\{(\w+)\}/.exec(path)?.[1];
  if (missing !== undefined) throw new BadArguments(`${missing}: is needed`);
  return `/api/v1${path}?${query.toString()}`;
}
