/**
 * What a process of the tests is told, which lives for minutes at most. Much is made and little kept: with more room for
 * what is young, a tenth less time goes into looking through it. Threads that help with that would take from the others
 * what they give to theirs: another tenth.
 */
import process from 'node:process'

export const brief: readonly string[] = [
  '--max-semi-space-size=64',
  '--single-threaded-gc',
  // Most of what V8 11 would optimise runs too seldom to pay for it: another tenth where it waits four times as long, and
  // a few percent where all is compiled in the quick way at once. Later versions have a compiler between the slow code and
  // the fast one, and not the first of these flags.
  ...(process.versions.v8.startsWith('11.') ? ['--interrupt-budget=300000', '--always-sparkplug'] : []),
]
