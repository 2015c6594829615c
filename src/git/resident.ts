/**
 * A git process that stays and answers one question after the other: to start one takes longer than most answers.
 * simple-git ends every process with its answer, so this does without it. Only for what is on this machine: nothing here
 * reaches a remote, or runs a program that could.
 */
import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process'
import type { Socket } from 'node:net'
import { always, GitSilent, GitUnreachable, wordsOf } from './call.ts'

interface Place {
  readonly directory: string
  readonly env: Readonly<Record<string, string>>
  /** After so many milliseconds without a word it is given up. */
  readonly silence: number
}

/** Whether an answer is whole, by the last characters of it. */
type IsWhole = (end: string) => boolean
const looked = 100

export class Resident {
  readonly #args: readonly string[]
  readonly #place: Place
  #child: ChildProcessWithoutNullStreams | undefined
  /** One question after the other: what comes back belongs to the one that was asked. */
  #last: Promise<unknown> = Promise.resolve()

  constructor(args: readonly string[], place: Place) {
    this.#args = args
    this.#place = place
  }

  /** What it prints for a question. Rejects with GitUnreachable, and then the next question is asked of a new process. */
  ask(question: string, isWhole: IsWhole): Promise<Uint8Array> {
    const turn = this.#last.then(() => this.#answer(question, isWhole))
    this.#last = turn.catch(() => undefined)
    return turn
  }

  /** Resolves once the process is over, which uses its folder until then. */
  async close(): Promise<void> {
    await this.#last
    const child = this.#child
    this.#child = undefined
    if (child !== undefined) await ended(child)
  }

  #answer(question: string, isWhole: IsWhole): Promise<Uint8Array> {
    const child = (this.#child ??= started(this.#args, this.#place))
    return new Promise((resolve, reject) => {
      const chunks: Uint8Array[] = []
      let [end, words] = ['', '']
      const settle = (problem?: GitUnreachable): void => {
        clearTimeout(timer)
        child.stdout.off('data', hear)
        child.stderr.off('data', hearWords)
        child.off('close', died)
        if (problem === undefined) {
          resolve(Buffer.concat(chunks))
          return
        }
        this.#child = undefined
        child.kill('SIGKILL')
        reject(problem)
      }
      const hear = (chunk: Buffer): void => {
        timer.refresh()
        chunks.push(chunk)
        end = (end + chunk.subarray(-looked).toString('latin1')).slice(-looked)
        if (isWhole(end)) settle()
      }
      const hearWords = (chunk: Buffer): void => {
        words += chunk.toString('utf8')
      }
      const died = (): void => {
        settle(new GitUnreachable(wordsOf(words)))
      }
      const timer = setTimeout(() => {
        settle(new GitSilent(`git gave no answer within ${this.#place.silence / 1000} seconds`))
      }, this.#place.silence)
      child.stdout.on('data', hear)
      child.stderr.on('data', hearWords)
      child.on('close', died)
      child.stdin.write(question)
    })
  }
}

/** It keeps nobody waiting: a run that is over ends, and then git does, whose input ends with it. */
function started(args: readonly string[], { directory, env }: Place): ChildProcessWithoutNullStreams {
  const settings = always.flatMap((setting) => ['-c', setting])
  const child = spawn('git', [...settings, ...args], { cwd: directory, env, stdio: 'pipe' })
  child.unref()
  for (const stream of [child.stdin, child.stdout, child.stderr]) {
    // where it cannot be written to, or not even started, its end tells
    stream.on('error', () => undefined)
    ;(stream as unknown as Socket).unref()
  }
  child.on('error', () => undefined)
  return child
}

/** Its `close` would come once the streams have ended too, and for those nobody waits: Node would end with the promise open. */
async function ended(child: ChildProcessWithoutNullStreams): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const over = new Promise((resolve) => child.once('exit', resolve))
  child.ref()
  child.kill('SIGKILL')
  await over
}
