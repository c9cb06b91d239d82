import { z } from 'zod';
import { configPart, type Rule, uniqueNames } from '../config/configPart.ts';
import { duration } from '../config/values.ts';
import { DAY_MS, MINUTE_MS } from '../model/time.ts';

const approver = z.strictObject({
  /** The person's name. */
  name: z.string().min(1),
  /** Their Slack user id. */
  slack: z
    .string()
    .regex(/^[UW][A-Z0-9]+$/, 'must be a Slack user id such as U012AB3CD')
    .optional(),
  /** The name of their token in `serve.tokens`. */
  token: z.string().min(1).optional(),
  /** Their operating system user, for `burnwatch response`. */
  user: z.string().min(1).optional(),
});

const response = z.strictObject({
  enabled: z.boolean().default(false),
  approvers: z.array(approver).default([]),
  /** Besides kube-system and Burnwatch's own namespace. */
  protectedNamespaces: z
    .array(
      z
        .string()
        .regex(
          /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/,
          'is no name of a namespace: lowercase letters, digits and "-"; patterns are not read',
        ),
    )
    .default([]),
  /** Whether evidence has the pods' open connections: read by a `cat` in a container, which takes `pods/exec`. */
  readConnections: z.boolean().default(false),
  /** A response that was not undone by then is undone. */
  undoAfter: duration.default(DAY_MS),
});

export type ResponseConfig = z.output<typeof response>;
export type Approver = z.output<typeof approver>;

/** An approval, and with it the plan, is good for so long. */
export const APPROVAL_MS = 15 * MINUTE_MS;

const IDENTITIES = ['slack', 'token', 'user'] as const;

/** One identity is one person: else one person could approve twice. */
const identities: Rule<ResponseConfig> = ({ approvers }, report) => {
  uniqueNames(approvers, (path, message) => report(['approvers', ...path], message));
  for (const key of IDENTITIES) {
    const known = approvers.map((one) => one[key]);
    known.forEach((value, index) => {
      if (value !== undefined && known.indexOf(value) < index)
        report(['approvers', index, key], `"${value}" is another approver's, too`);
    });
  }
  approvers.forEach((one, index) => {
    if (IDENTITIES.every((key) => one[key] === undefined))
      report(['approvers', index], 'needs slack, token or user: how the person is recognised');
  });
};

const enoughApprovers: Rule<ResponseConfig> = ({ enabled, approvers }, report) => {
  if (enabled && approvers.length < 2)
    report(['approvers'], 'needs at least two people: an action takes two approvals');
};

export const responsePart = configPart(response.prefault({}), identities, enoughApprovers);
