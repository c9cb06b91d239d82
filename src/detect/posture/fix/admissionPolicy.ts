import { NAMESPACE_NAME } from '../../../model/labelSelector.ts';

/**
 * A ValidatingAdmissionPolicy with its binding to one namespace: pods without CPU and memory requests are
 * warned about and audited. It denies nothing until `validationActions` says Deny. Needs Kubernetes 1.30.
 */
export function admissionPolicyManifests(namespace: string): readonly object[] {
  const name = `burnwatch-requests-${namespace}`;
  const requests = (resource: string): string =>
    `object.spec.containers.all(c, has(c.resources) && has(c.resources.requests) && '${resource}' in c.resources.requests)`;
  return [
    {
      apiVersion: 'admissionregistration.k8s.io/v1',
      kind: 'ValidatingAdmissionPolicy',
      metadata: { name },
      spec: {
        failurePolicy: 'Ignore',
        matchConstraints: {
          resourceRules: [
            {
              apiGroups: [''],
              apiVersions: ['v1'],
              operations: ['CREATE'],
              resources: ['pods'],
            },
          ],
        },
        validations: [
          { expression: requests('cpu'), message: 'every container must request CPU' },
          { expression: requests('memory'), message: 'every container must request memory' },
        ],
      },
    },
    {
      apiVersion: 'admissionregistration.k8s.io/v1',
      kind: 'ValidatingAdmissionPolicyBinding',
      metadata: { name },
      spec: {
        policyName: name,
        validationActions: ['Warn', 'Audit'],
        matchResources: {
          namespaceSelector: { matchLabels: { [NAMESPACE_NAME]: namespace } },
        },
      },
    },
  ];
}
