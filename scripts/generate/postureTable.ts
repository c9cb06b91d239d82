import { scopeOf, type PostureCheck } from '../../src/detect/posture/check.ts';
import { CHECKS } from '../../src/detect/posture/checks/index.ts';

const TOOLS = [
  ['kubescape', 'kubescape'],
  ['polaris', 'Polaris'],
  ['kubeLinter', 'kube-linter'],
  ['popeye', 'Popeye'],
  ['kubiscan', 'KubiScan'],
  ['rbacPolice', 'rbac-police'],
] as const;

/** Every check with what it fails on and what it is called elsewhere, as a table. */
export function postureTable(): string {
  return [
    '| check | fails on | scope | severity | NSA/CISA | CIS | elsewhere |',
    '| --- | --- | --- | --- | --- | --- | --- |',
    ...CHECKS.map(rowOf),
  ].join('\n');
}

function rowOf(check: PostureCheck): string {
  const { id, title, severity, names } = check;
  const elsewhere = TOOLS.flatMap(([key, tool]) => {
    const own = names[key];
    return own === undefined ? [] : [`${tool} ${own.join(', ')}`];
  });
  const cells = [
    `\`${id}\``,
    title,
    scopeOf(check),
    severity,
    names.nsa ?? '',
    names.cis ?? '',
    elsewhere.join('; '),
  ];
  return `| ${cells.join(' | ')} |`;
}
