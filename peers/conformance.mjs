// Runs the SDMX community's conformance kit (sdmx-twg/sdmx-tck) against a server without its page:
// asks the kit's manager for the tests, has it run each, and hands what a test found (an artefact,
// items, keys, series) to the tests below it, as the page does.
//
//   node conformance.mjs ENDPOINT [--kit http://127.0.0.1:5000] [--index Structure,Data]
//                        [--dataflow AGENCY,ID,VERSION] [--api v1.4.0] [--mode Full]
//
// The data of the first dataflow are tested, unless another is named. Needs Node 20 and the kit's manager
// running; docs/observatory.md says how.

import { parseArgs } from 'node:util'

const { positionals, values: options } = parseArgs({
  allowPositionals: true,
  options: {
    kit: { type: 'string', default: 'http://127.0.0.1:5000' },
    index: { type: 'string', default: 'Structure,Data' },
    api: { type: 'string', default: 'v1.4.0' },
    mode: { type: 'string', default: 'Full' },
    dataflow: { type: 'string' },
  },
})
const endpoint = positionals[0]

async function kit(what, body) {
  const response = await fetch(`${options.kit}/tck-api/${what}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
  return response.json()
}

const results = []

/** Runs a test and those below it. */
async function run(test, parent) {
  const result = await outcome(test, parent)
  results.push({ index: test.index, id: test.testId, ...result.said })
  for (const below of test.subTests ?? []) {
    if (result.found) hand(result.found, below)
    await run(below, result)
  }
}

async function outcome(test, parent) {
  const not = (why) => ({ said: { state: 'not run', why } })
  if (parent && parent.said.state !== 'passed') return not('what it builds on failed')
  if (test.requireItems && !test.items?.length) return not('no items were found')
  if (test.testType === 'Structure Reference Partial' || test.reqTemplate.component) {
    test.parentWorkspace = parent?.found?.workspace
  }
  let found
  try {
    found = await kit('execute-test', { endpoint, test: { ...test, subTests: [] } })
  } catch (error) {
    return { said: { state: 'failed', why: String(error) } }
  }
  const is = (part) => found[part]?.status === 1
  const passed =
    is('httpResponseValidation') && (is('workspaceValidation') || is('httpResponseHeadersValidation'))
  const { url, httpStatus } = found.httpResponseValidation ?? {}
  return {
    found,
    said: { state: passed ? 'passed' : 'failed', why: found.failReason, url, httpStatus },
  }
}

/** Gives what a test has found to one below it. */
function hand(found, test) {
  const random = found.randomStructure
  if (test.requireRandomSdmxObject && random) {
    test.identifiers = {
      structureType: random.structureType,
      agency: random.agencyId,
      id: random.id,
      version: random.version,
    }
  }
  if (test.requireItems) {
    const items = found.randomItems ?? []
    test.items = /target category/i.test(test.testType) ? items.slice(0, 1) : items
  }
  if (test.requireRandomKey) test.randomKeys = found.randomKeys
}

/** Gives a dataflow and one of its series to the tests of data. */
function prepare(tests, { refDf, indicativeSeries }) {
  for (const test of tests) {
    const { structureType, agencyId, id, version } = refDf
    test.identifiers = { structureType, agency: agencyId, id, version }
    const about = ['startPeriod', 'endPeriod', 'firstNObservations', 'lastNObservations', 'updatedAfter']
    if (about.some((name) => test.reqTemplate[name])) test.indicativeSeries = indicativeSeries
    prepare(test.subTests ?? [], { refDf, indicativeSeries })
  }
}

/** A dataflow with one of its series, as the kit itself finds the first. */
async function about() {
  if (!options.dataflow) {
    return kit('configure-data-tests', { endpoint, apiVersion: options.api })
  }
  const [agency, id, version] = options.dataflow.split(',')
  const test = {
    testId: 'all data',
    index: 'Data',
    apiVersion: options.api,
    resource: 'dataflow',
    reqTemplate: { representation: 'application/vnd.sdmx.structurespecificdata+xml;version=2.1' },
    identifiers: { structureType: 'DATAFLOW', agency, id, version },
    testType: 'Data Identification Parameters',
  }
  const { workspace } = await kit('execute-test', { endpoint, test })
  const refDf = { structureType: 'DATAFLOW', agencyId: agency, id, version }
  return { refDf, indicativeSeries: workspace?.sdmxObjects.DATASETS[0].series[0] }
}

const indices = await kit('prepare-tests', {
  endpoint,
  apiVersion: options.api,
  testIndices: options.index.split(','),
  requestMode: options.mode,
})
for (const { id, subTests } of indices) {
  if (id === 'Data') {
    const found = await about()
    if (found.refDf) prepare(subTests, found)
  }
  for (const test of subTests) await run(test)
}

for (const { id } of indices) {
  const count = (state) => results.filter((one) => one.index === id && one.state === state).length
  console.log(`${id}: ${count('passed')} passed, ${count('failed')} failed, ${count('not run')} not run`)
}
for (const { id, state, url, httpStatus, why } of results) {
  if (state === 'failed') console.log(`${id}\n  ${url ?? ''} ${httpStatus ?? ''}\n  ${why?.slice(0, 300)}`)
}
