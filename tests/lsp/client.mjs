// SPDX-License-Identifier: Apache-2.0
// Talks to `whittle lsp` with the protocol library that Visual Studio Code's own client is made of.
//
// usage: node client.mjs WHITTLE   (in a folder with vscode-languageserver-protocol)
import { spawn } from 'node:child_process'
import { createRequire } from 'node:module'
import assert from 'node:assert'

const require = createRequire(process.cwd() + '/')
const p = require('vscode-languageserver-protocol/node')

const server = spawn(process.argv[2], ['lsp', '--stdio'], { stdio: ['pipe', 'pipe', 'inherit'] })
const connection = p.createProtocolConnection(new p.StreamMessageReader(server.stdout), new p.StreamMessageWriter(server.stdin))
const said = []
let wake = () => {}
connection.onNotification(p.PublishDiagnosticsNotification.type, (d) => { said.push(d); wake() })
connection.listen()
const next = async () => {
  while (said.length === 0) await new Promise((done) => { wake = done })
  return said.shift()
}

const uri = 'file:///collector.yaml'
const good = `receivers:
  otlp:
    protocols: {grpc: {endpoint: "localhost:4317"}}
exporters:
  awsxray: {region: us-east-1}
  otlphttp:
    endpoint: https://telemetry.example.com
    compression: gzip
service:
  pipelines:
    traces: {receivers: [otlp], exporters: [awsxray]}
    logs: {receivers: [otlp], exporters: [otlphttp]}
    metrics: {receivers: [otlp], exporters: [otlphttp]}
`
const started = await connection.sendRequest(p.InitializeRequest.type, { processId: process.pid, rootUri: null, capabilities: {} })
assert.equal(started.serverInfo.name, 'whittle')
assert(started.capabilities.hoverProvider && started.capabilities.completionProvider && started.capabilities.definitionProvider)
await connection.sendNotification(p.InitializedNotification.type, {})

// Findings: none, then those of a change, with places in UTF-16 behind letters of several bytes.
await connection.sendNotification(p.DidOpenTextDocumentNotification.type, { textDocument: { uri, languageId: 'yaml', version: 1, text: good } })
assert.deepEqual((await next()).diagnostics, [])
const broken = good.replace('awsxray: {region: us-east-1}', 'awsxray: {"role_arn": "ä😀", regoin: us-east-1}')
await connection.sendNotification(p.DidChangeTextDocumentNotification.type, { textDocument: { uri, version: 2 }, contentChanges: [{ text: broken }] })
const found = (await next()).diagnostics
const wrong = found.find((d) => d.code === 'E0201')
assert(wrong && wrong.severity === p.DiagnosticSeverity.Error && wrong.source === 'whittle', JSON.stringify(found))
const line = broken.split('\n')[wrong.range.start.line]
assert.equal(line.slice(wrong.range.start.character, wrong.range.end.character), 'regoin')

// A suggestion as a quick fix.
const actions = await connection.sendRequest(p.CodeActionRequest.type, { textDocument: { uri }, range: wrong.range, context: { diagnostics: [wrong] } })
const edit = actions.flatMap((a) => a.edit.changes[uri]).find((e) => e.newText === 'region')
assert.deepEqual(edit.range, wrong.range)
await connection.sendNotification(p.DidChangeTextDocumentNotification.type, { textDocument: { uri, version: 3 }, contentChanges: [{ text: good }] })
assert.deepEqual((await next()).diagnostics, [])

const place = (text, what, from = 0) => {
  const at = text.indexOf(what, text.indexOf('\n', from) + 1 || 0)
  const before = text.slice(0, at).split('\n')
  return { line: before.length - 1, character: before.at(-1).length + 1 }
}
// Hover: a setting, a component where it is defined, one where it is used.
const hover = async (position) => (await connection.sendRequest(p.HoverRequest.type, { textDocument: { uri }, position }))?.contents.value ?? ''
assert.match(await hover(place(good, 'compression')), /compression/)
assert.match(await hover(place(good, 'awsxray: ')), /X-Ray/)
assert.match(await hover(place(good, '[awsxray]').line ? { ...place(good, '[awsxray]'), character: place(good, '[awsxray]').character + 2 } : null), /X-Ray/)
assert.equal(await hover({ line: 999, character: 0 }), '')

// Definition: from a pipeline to the component.
const used = place(good, '[otlphttp]')
const defined = await connection.sendRequest(p.DefinitionRequest.type, { textDocument: { uri }, position: { line: used.line, character: used.character + 2 } })
assert.equal(defined.range.start.line, good.split('\n').findIndex((l) => l.startsWith('  otlphttp:')))

// Completion while a text is being written, which is no YAML yet.
const complete = async (text, position) => {
  await connection.sendNotification(p.DidChangeTextDocumentNotification.type, { textDocument: { uri, version: 4 }, contentChanges: [{ text }] })
  await next()
  return (await connection.sendRequest(p.CompletionRequest.type, { textDocument: { uri }, position })).items.map((i) => i.label)
}
assert((await complete('re', { line: 0, character: 2 })).includes('receivers'))
assert((await complete('exporters:\n  aws', { line: 1, character: 5 })).includes('awsemf'))
assert((await complete('exporters:\n  awsemf:\n    na', { line: 2, character: 6 })).includes('namespace'))
assert((await complete('receivers:\n  otlp:\n    protocols:\n      grpc:\n        ', { line: 4, character: 8 })).includes('endpoint'))
assert((await complete('exporters:\n  awsemf:\n    dimension_rollup_option: ', { line: 2, character: 29 })).includes('NoDimensionRollup'))
assert((await complete(good.replace('exporters: [awsxray]', 'exporters: ['), { line: 10, character: 44 })).includes('otlphttp'))
assert((await complete('service:\n  pipelines:\n    ', { line: 2, character: 4 })).includes('traces'))

// What makes no sense is answered, and ends nothing.
await assert.rejects(connection.sendRequest('whittle/nonsense', {}), /no method/)
await connection.sendRequest(p.ShutdownRequest.type)
const ended = new Promise((done) => server.on('exit', done))
await connection.sendNotification(p.ExitNotification.type)
assert.equal(await ended, 0)
console.log('ok')
process.exit(0)
