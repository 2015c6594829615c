/** Says at the end which tests were skipped: the reason of each is in its name, and nobody looks for it further up. */
import type { Reporter, TestCase, TestModule, TestSuite, Vitest } from 'vitest/node'

export default class Skipped implements Reporter {
  #vitest: Vitest | undefined

  onInit(vitest: Vitest): void {
    this.#vitest = vitest
  }

  onTestRunEnd(modules: readonly TestModule[]): void {
    // of a run that was narrowed by name, everything else is skipped
    if (this.#vitest?.config.testNamePattern !== undefined) return
    const lines = modules.flatMap((module) => {
      const skipped = [...skippedIn(module)]
      return skipped.length === 0 ? [] : [` ${module.relativeModuleId}`, ...counted(skipped)]
    })
    if (lines.length > 0) this.#vitest?.logger.log([' Skipped, and why', '', ...lines, ''].join('\n'))
  }
}

/** What is skipped as a whole, with a reason in its name, is named once; a suite is also skipped if all that is in it is. */
function* skippedIn(of: TestModule | TestSuite): Generator<string> {
  for (const one of of.children)
    if (isTold(one)) yield one.fullName
    else if (one.type === 'suite') yield* skippedIn(one)
}

function isTold(one: TestCase | TestSuite): boolean {
  return one.type === 'suite'
    ? one.options.mode === 'skip' && one.name.includes(': ')
    : one.result().state === 'skipped'
}

/** The same in each of several suites is one line. */
function counted(names: readonly string[]): readonly string[] {
  const times = new Map<string, number>()
  for (const name of names) {
    const last = name.split(' > ').at(-1) ?? name
    times.set(last, (times.get(last) ?? 0) + 1)
  }
  return Array.from(times, ([name, count]) => `   ${name}${count === 1 ? '' : ` (${count} of them)`}`)
}
