// SPDX-License-Identifier: Apache-2.0
// Asks @cloud-copilot/iam-simulate what whittle's evaluator was asked: the same lines in, one decision a line out.
//
// usage: node simulate.mjs CASES   (in a folder with the package)
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { pathToFileURL } from 'node:url'

const require = createRequire(process.cwd() + '/')
const { runSimulation } = await import(pathToFileURL(require.resolve('@cloud-copilot/iam-simulate')).href)

const account = '123456789012'
const out = []
for (const line of readFileSync(process.argv[2], 'utf8').trim().split('\n')) {
  const c = JSON.parse(line)
  const contextVariables = {}
  for (const [key, values] of Object.entries(c.context)) {
    if (values !== null) contextVariables[key] = values.length === 1 && key !== 'aws:TagKeys' ? values[0] : values
  }
  const simulation = {
    request: { principal: `arn:aws:iam::${account}:role/task`, action: c.action, resource: { resource: c.resource, accountId: account }, contextVariables },
    identityPolicies: c.policies.map((policy, i) => ({ name: `p${i}`, policy })),
    serviceControlPolicies: [],
    resourceControlPolicies: [],
    permissionBoundaryPolicies: c.boundary ? [{ name: 'boundary', policy: c.boundary }] : undefined
  }
  const response = await runSimulation(simulation, {})
  if (response.errors) out.push('error ' + JSON.stringify(response.errors).slice(0, 300))
  else out.push(response.overallResult ?? response.result?.analysis?.result ?? response.analysis?.result)
}
process.stdout.write(out.join('\n') + '\n')
