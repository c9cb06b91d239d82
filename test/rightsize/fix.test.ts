import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import { z } from 'zod';
import { findKubeTool } from '../support/kubeTools.ts';
import { renderFix } from '../../src/detect/posture/fix/renderFix.ts';
import { aHistory, daysOfUse } from '../support/rightsize/advice.ts';

const run = promisify(execFile);
let kubectl: string;
let folder: string;
beforeAll(async () => {
  kubectl = await findKubeTool('kubectl');
  folder = await mkdtemp(join(tmpdir(), 'burnwatch-fix-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const HISTORIES = [aHistory(daysOfUse(7, () => ({}), 4))];

/** The fields of admissionregistration.k8s.io/v1 that are written. */
const POLICY = z.strictObject({
  apiVersion: z.literal('admissionregistration.k8s.io/v1'),
  kind: z.literal('ValidatingAdmissionPolicy'),
  metadata: z.strictObject({ name: z.string() }),
  spec: z.strictObject({
    failurePolicy: z.enum(['Fail', 'Ignore']),
    matchConstraints: z.strictObject({
      resourceRules: z.array(
        z.strictObject({
          apiGroups: z.array(z.string()),
          apiVersions: z.array(z.string()),
          operations: z.array(z.enum(['CREATE', 'UPDATE', 'DELETE', 'CONNECT', '*'])),
          resources: z.array(z.string()),
        }),
      ),
    }),
    validations: z.array(z.strictObject({ expression: z.string(), message: z.string() })),
  }),
});
const BINDING = z.strictObject({
  apiVersion: z.literal('admissionregistration.k8s.io/v1'),
  kind: z.literal('ValidatingAdmissionPolicyBinding'),
  metadata: z.strictObject({ name: z.string() }),
  spec: z.strictObject({
    policyName: z.string(),
    validationActions: z.array(z.enum(['Deny', 'Warn', 'Audit'])),
    matchResources: z.strictObject({
      namespaceSelector: z.strictObject({ matchLabels: z.record(z.string(), z.string()) }),
    }),
  }),
});

it('kubectl reads the LimitRange and the ResourceQuota as its own types', async () => {
  const documents = parseAllDocuments(renderFix('shop', HISTORIES)).map(
    (document) => document.toJS() as { kind: string },
  );
  expect(documents.map(({ kind }) => kind)).toEqual([
    'LimitRange',
    'ResourceQuota',
    'ValidatingAdmissionPolicy',
    'ValidatingAdmissionPolicyBinding',
  ]);
  for (const manifest of documents.slice(0, 2)) {
    const file = join(folder, `${manifest.kind}.json`);
    await writeFile(file, JSON.stringify(manifest));
    const args = ['label', '--local', '-f', file, 'read-by=kubectl', '-o', 'yaml'];
    const { stdout } = await run(kubectl, args, {
      env: { ...process.env, HOME: folder, KUBECONFIG: join(folder, 'none') },
    });
    expect(parse(stdout)).toMatchObject({
      ...manifest,
      metadata: { labels: { 'read-by': 'kubectl' } },
    });
  }
  // Four pods that ask for a core and a GiB each, and half as much again.
  expect(documents[1]).toMatchObject({
    spec: { hard: { 'requests.cpu': '6', 'requests.memory': '6Gi' } },
  });
  expect(documents[0]).toMatchObject({
    spec: {
      limits: [{ defaultRequest: { cpu: '120m', memory: '230Mi' }, default: { memory: '928Mi' } }],
    },
  });
});

it('the admission policy keeps to its schema, and only warns', () => {
  const [, , policy, binding] = parseAllDocuments(renderFix('shop', HISTORIES)).map(
    (document) => document.toJS() as unknown,
  );
  const { metadata } = POLICY.parse(policy);
  const { spec } = BINDING.parse(binding);
  expect(spec).toMatchObject({ policyName: metadata.name, validationActions: ['Warn', 'Audit'] });
});

it('makes no quota from nothing, and none for the cluster itself', () => {
  expect(renderFix('empty', HISTORIES)).toContain('# No ResourceQuota');
  expect(() => renderFix('kube-system', [])).toThrow('own namespaces');
});
