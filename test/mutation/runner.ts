import { setMaxListeners } from 'node:events'
import { appendFileSync, readFileSync } from 'node:fs'
import { TestRunner, type RunnerTestCase, type RunnerTestSuite } from 'vitest'

/** What instrumented code looks at: which mutant is awake, how often it was met, and what a test met. */
interface Switches {
  activeMutant: string | undefined
  currentTestId: string | undefined
  hitCount: number | undefined
  hitLimit: number | undefined
  mutantCoverage?: { static: Record<string, number>; perTest: Record<string, Record<string, number>> }
}

/** A test failed, met the mutant over and over, or came to no end in time. */
type Fall = 'killed' | 'endless' | 'late'

interface State {
  /** Where each mutant is. */
  readonly places: Readonly<Record<string, string>>
  /** Mutants that are done with. */
  readonly fallen: Set<string>
  readonly report: (line: object) => void
}

const world = globalThis as { __stryker__?: Switches; __mutation__?: State }
const switches = (world.__stryker__ ??= {
  activeMutant: undefined,
  currentTestId: undefined,
  hitCount: undefined,
  hitLimit: undefined,
})

// each time that a test is run again it listens to the same signal of the runner once more
setMaxListeners(0)

/** Who notices a mutant at the end of a long way does not say what it broke: examples of what is near to it do. */
const judges: readonly (readonly [mutants: RegExp, tests: RegExp])[] = [
  [/^src.guard/, /^test.(guard|plan)/],
  [/^src.plan/, /^test.(binding|guard|plan|apply.owners)/],
  [/^src.apply/, /^test.apply/],
  [/^src.(git|ledger.git)/, /^test.ledger/],
  [/^src.ledger.(?!git)/, /^test.(apply|ledger|services)/],
]

/**
 * Runs each test once as it is, and then once with each mutant that it met and that no test has fallen over yet. All of
 * it happens in one process with everything loaded: a mutant costs what the few tests cost that meet it.
 */
export default class MutationRunner extends TestRunner {
  readonly #state = (world.__mutation__ ??= started())

  override onBeforeTryTask(test: RunnerTestCase): void {
    super.onBeforeTryTask(test)
    switches.currentTestId = test.id
  }

  async runTask(test: RunnerTestCase): Promise<void> {
    const { fallen, places, report } = this.#state
    const judged = judges.flatMap(([mutants, tests]) => (tests.test(test.file.name) ? [mutants] : []))
    const start = performance.now()
    await TestRunner.getTestFn(test)()
    const patience = (performance.now() - start) * 4 + 2_000
    switches.currentTestId = undefined
    const met = switches.mutantCoverage?.perTest[test.id] ?? {}
    const name = `${test.file.name}: ${test.name}`
    const fell: { mutant: string; how: Fall }[] = []
    for (const [mutant, hits] of Object.entries(met)) {
      if (fallen.has(mutant) || !judged.some((near) => near.test(places[mutant] ?? ''))) continue
      report({ awake: mutant })
      let how = await withMutant(test, mutant, hits, patience)
      // On a machine that is busy with something else what is merely slow is given a second chance.
      if (how === 'late') how = await withMutant(test, mutant, hits, patience * 2)
      if (how !== undefined) fell.push({ mutant, how })
    }
    // A test that fails by itself when it runs again has killed nothing.
    if (fell.length > 0 && (await withMutant(test, 'none', 0, patience)) !== undefined)
      report({ unrepeatable: name })
    else
      for (const { mutant, how } of fell) {
        fallen.add(mutant)
        report({ mutant, how, by: name })
      }
    report({ met: Object.keys(met) })
  }

  override onAfterRunFiles(): void {
    super.onAfterRunFiles()
    this.#state.report({ static: Object.keys(switches.mutantCoverage?.static ?? {}) })
  }
}

/** How a test falls over a mutant, if it does. The world of the run before is torn down first and built anew. */
async function withMutant(
  test: RunnerTestCase,
  mutant: string,
  hits: number,
  patience: number,
): Promise<Fall | undefined> {
  for (const hook of hooksOf(test, 'afterEach').reverse()) await quietly(hook, test)
  const limit = hits * 100 + 1_000
  // what is met only because of a mutant is met by no test, and not at load either
  const currentTestId = 'with a mutant'
  Object.assign(switches, { activeMutant: mutant, currentTestId, hitCount: 0, hitLimit: limit })
  const running = run(test)
  try {
    const ran = await Promise.race([running, pause(patience, 'late' as const)])
    return (switches.hitCount ?? 0) > limit ? 'endless' : ran
  } catch {
    return (switches.hitCount ?? 0) > limit ? 'endless' : 'killed'
  } finally {
    Object.assign(switches, {
      ...{ activeMutant: undefined, currentTestId: undefined },
      ...{ hitCount: undefined, hitLimit: undefined },
    })
    // What was late goes on, and mostly comes to its end without the mutant: it would change what the next test relies on.
    await Promise.race([running.catch(() => undefined), pause(10_000)])
  }
}

function pause<T>(milliseconds: number, value?: T): Promise<T | undefined> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds, value).unref())
}

async function run(test: RunnerTestCase): Promise<undefined> {
  for (const hook of hooksOf(test, 'beforeEach')) await hook(test.context, test.suite ?? test.file)
  await TestRunner.getTestFn(test)()
}

type Hook = (context: RunnerTestCase['context'], suite: RunnerTestSuite) => unknown

/** From the file inwards. */
function hooksOf(test: RunnerTestCase, name: 'beforeEach' | 'afterEach'): Hook[] {
  const found: Hook[] = []
  for (let suite: RunnerTestSuite | undefined = test.suite ?? test.file; suite; suite = outside(suite))
    found.unshift(...(TestRunner.getSuiteHooks(suite)[name] as Hook[]))
  return found
}

function outside(suite: RunnerTestSuite): RunnerTestSuite | undefined {
  return 'filepath' in suite ? undefined : (suite.suite ?? suite.file)
}

async function quietly(hook: Hook, test: RunnerTestCase): Promise<void> {
  try {
    await hook(test.context, test.suite ?? test.file)
  } catch {
    // what a mutant left behind may not be fit to be torn down
  }
}

function started(): State {
  const read = (name: string): unknown => JSON.parse(readFileSync(`.mutation/${name}.json`, 'utf8'))
  return {
    places: read('places') as State['places'],
    fallen: new Set(read('fallen') as string[]),
    report: (line) => {
      appendFileSync('.mutation/journal.jsonl', `${JSON.stringify(line)}\n`)
    },
  }
}
