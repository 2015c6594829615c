/** How long the text of an organisation takes to be read and parsed, and nothing else: `node bench/parse.js FOLDER`. */
import { loadSources } from '../dist/manifest/load.js'
import { parseSources } from '../dist/manifest/parse.js'

const root = process.argv[2] ?? '.'
const used = process.cpuUsage()
const start = performance.now()
const { sources } = await loadSources(root)
const loaded = performance.now()
const { documents, problems } = parseSources(sources)
const parsed = performance.now()
if (problems.length > 0) throw new Error(`${problems.length} problems in ${root}`)
const { user, system } = process.cpuUsage(used)
console.log(
  JSON.stringify({
    documents: documents.length,
    loading: (loaded - start) / 1000,
    parsing: (parsed - loaded) / 1000,
    cpu: (user + system) / 1e6,
  }),
)
