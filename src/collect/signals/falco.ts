import { z } from 'zod';
import type { Signal } from '../../model/signal.ts';
import type { Severity } from '../../model/finding.ts';
import { classOf, isMiner, isPoolPort } from './classes.ts';
import {
  eventsOf,
  imageOf,
  idOf,
  instant,
  longText,
  name,
  nameOf,
  parseShape,
  requireRecent,
  signalOf,
  type SignalContext,
} from './reading.ts';

/** Falco's event as falcosidekick's webhook and Falco's own `json_output` and `http_output` send it. */
const falcoEvent = z.object({
  uuid: name,
  output: longText,
  priority: z.string().max(32),
  rule: z.string().min(1).max(1_000),
  time: instant,
  source: name,
  tags: z.array(z.string().max(200)).max(100).nullish(),
  output_fields: z.record(z.string(), z.unknown()).nullish(),
});

/** Reads Falco's events. @throws SignalRefused */
export function readFalco(body: unknown, context: SignalContext): readonly Signal[] {
  return eventsOf(body).map((event) => falcoSignal(event, context));
}

function falcoSignal(value: unknown, context: SignalContext): Signal {
  const event = parseShape(falcoEvent, value, 'event of Falco');
  const fields = event.output_fields ?? {};
  /** The first of these fields that holds a text. */
  const field = (...names: readonly string[]): string | null => {
    for (const one of names) {
      const found = Object.hasOwn(fields, one) ? fields[one] : undefined;
      const text = typeof found === 'number' ? String(found) : found;
      const known = typeof text === 'string' ? nameOf(text) : null;
      if (known !== null) return known;
    }
    return null;
  };
  const rule = nameOf(event.rule) ?? 'unnamed';
  const at = requireRecent(event.time, context);
  const commandLine = field('proc.cmdline', 'proc.exeline');
  const repository = field('container.image.repository');
  const tag = field('container.image.tag');
  const image = imageOf(repository, tag) ?? field('container.image');
  const port = Number(field('fd.sport', 'fd.rport') ?? NaN);
  const named = classOf(rule, ...(event.tags ?? []));
  const isOf = isMiner(field('proc.exepath', 'proc.name'), commandLine)
    ? 'miner'
    : named === 'other' && isPoolPort(port)
      ? 'egress'
      : named;
  const user = field('ka.user.name');
  const process = field('proc.name');
  const connection = field('fd.name');
  return signalOf({
    id:
      event.uuid === null ? idOf('falco', null, at, rule, event.output) : idOf('falco', event.uuid),
    source: 'falco',
    class: isOf,
    rule,
    severity: prioritySeverity(event.priority),
    at,
    text: saidBy(event.output, rule, { process, connection }),
    target: {
      namespace: field('k8s.ns.name', 'k8smeta.ns.name', 'ka.target.namespace'),
      pod: field('k8s.pod.name', 'k8smeta.pod.name', 'ka.target.pod.name'),
      podUid: field('k8s.pod.uid', 'k8smeta.pod.uid', 'k8s.pod.id'),
      container: field('container.name', 'k8s.container.name'),
      image,
      node: field('k8s.node.name', 'evt.hostname'),
    },
    actor: { user, userAgent: field('ka.useragent'), sourceIps: [] },
    facts: { process, connection, parent: field('proc.pname') },
  });
}

/**
 * What Falco says without the values that follow in brackets or after a bar: those have command lines, which are never
 * stored, and what matters of them is in the facts.
 */
function saidBy(
  output: string,
  rule: string,
  { process, connection }: { readonly process: string | null; readonly connection: string | null },
): string {
  const said =
    output
      .replace(/^[\d:.]+: \w+ /, '')
      .split(/ \(| \| /, 1)[0]
      ?.trim() ?? '';
  const text = said === '' || /\w=\S/.test(said) ? rule : said;
  const by = process === null ? '' : `, process ${process}`;
  return `${text}${by}${connection === null ? '' : `, connection ${connection}`}`;
}

/** Falco's eight priorities; `error` is what its rules of writing below system folders have. */
function prioritySeverity(priority: string): Severity {
  switch (priority.toLowerCase()) {
    case 'emergency':
    case 'alert':
    case 'critical':
      return 'critical';
    case 'error':
    case 'warning':
      return 'warning';
    default:
      return 'info';
  }
}
