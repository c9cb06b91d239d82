import { execFile } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { API_SERVICE_IP, NODE_IP, NODE_NAME } from './addresses.ts';

const run = promisify(execFile);

const SECTIONS = `
[req]
distinguished_name = name
[name]
[authority]
basicConstraints = critical,CA:TRUE
keyUsage = critical,keyCertSign,digitalSignature
[client]
extendedKeyUsage = clientAuth,serverAuth
`;

interface Identity {
  readonly name: string;
  readonly subject: string;
  readonly alternatives?: readonly string[];
}

const IDENTITIES: readonly Identity[] = [
  {
    name: 'kube-apiserver',
    subject: '/CN=kube-apiserver',
    alternatives: [
      'DNS:kubernetes',
      'DNS:kubernetes.default.svc',
      'DNS:localhost',
      'IP:127.0.0.1',
      `IP:${API_SERVICE_IP}`,
      `IP:${NODE_IP}`,
    ],
  },
  {
    name: 'kubelet',
    subject: `/O=system:nodes/CN=system:node:${NODE_NAME}`,
    alternatives: [`DNS:${NODE_NAME}`, `IP:${NODE_IP}`, 'IP:127.0.0.1'],
  },
  { name: 'admin', subject: '/O=system:masters/CN=admin' },
  { name: 'kube-controller-manager', subject: '/CN=system:kube-controller-manager' },
  { name: 'kube-scheduler', subject: '/CN=system:kube-scheduler' },
];

/** Writes an authority and one certificate for each program (`NAME.crt`, `NAME.key`), valid for a week. */
export async function writeCertificates(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  const config = join(folder, 'openssl.cnf');
  await writeFile(config, SECTIONS);
  const common = ['req', '-config', config, '-x509', '-days', '7', '-nodes'];
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1'];
  const files = (name: string): string[] => [
    '-keyout',
    join(folder, `${name}.key`),
    '-out',
    join(folder, `${name}.crt`),
  ];
  await run('openssl', [
    ...common,
    ...key,
    ...files('ca'),
    '-subj',
    '/CN=burnwatch-cluster',
    '-extensions',
    'authority',
  ]);
  const signed = ['-CA', join(folder, 'ca.crt'), '-CAkey', join(folder, 'ca.key')];
  for (const { name, subject, alternatives } of IDENTITIES) {
    const names = alternatives ? ['-addext', `subjectAltName=${alternatives.join(',')}`] : [];
    const extensions = ['-extensions', 'client', ...names];
    await run('openssl', [
      ...common,
      ...key,
      ...files(name),
      '-subj',
      subject,
      ...signed,
      ...extensions,
    ]);
  }
  await run('openssl', ['genrsa', '-out', join(folder, 'service-accounts.key'), '2048']);
}
