/**
 * A ref of a remote as a register of files that is changed by compare-and-swap. Each change is one commit on the commit
 * that was read, and is pushed under a lease on exactly that one: so the remote takes it only as a fast-forward from what
 * was read, and refuses it where somebody was faster, where the ref was set back, and where it is gone. Nothing is forced.
 */
import { randomUUID } from 'node:crypto'
import { setTimeout } from 'node:timers/promises'
import { namesIn, type BatchObject } from './batch.ts'
import { GitSilent, GitUnreachable } from './call.ts'
import { openOutpost, type Outpost, type RemotePlace } from './outpost.ts'

interface RegisterPlace extends RemotePlace {
  readonly ref: string
}

/** Waits so many milliseconds. */
type Pause = (milliseconds: number) => Promise<unknown>

/** The ref went away, or no longer continues what was read before: an older copy was put back, or another one. */
export class Replaced extends Error {
  override name = 'Replaced'
}

/** What lies at a path is not a text. */
export class NotText extends Error {
  override name = 'NotText'
}

/** Texts by path; undefined takes the file out. */
export type FileChanges = ReadonlyMap<string, string | undefined>

/** Where the outpost keeps what was fetched and what was written, so that neither is fetched again. */
const fetched = 'refs/rolecall/fetched'
const written = 'refs/rolecall/written'

/** Opens the register and looks at it. Rejects with NoRemote or GitUnreachable. */
export async function openRegister(place: RegisterPlace, reach = openOutpost): Promise<Register> {
  const register = new Register(await reach(place), place)
  try {
    await register.refresh('another')
    return register
  } catch (error) {
    await register.close()
    throw error
  }
}

export class Register {
  #tip: string | undefined
  /** A commit of our own may be on the remote already, with others after it. */
  #wrote = false
  readonly #outpost: Outpost
  readonly #place: Pick<RegisterPlace, 'remote' | 'ref'>
  readonly #pause: Pause

  constructor(outpost: Outpost, place: Pick<RegisterPlace, 'remote' | 'ref'>, pause: Pause = setTimeout) {
    this.#outpost = outpost
    this.#place = place
    this.#pause = pause
  }

  /** The commit that is read; undefined where there is no ref yet. */
  get tip(): string | undefined {
    return this.#tip
  }

  /**
   * Looks at the remote; true when the tip is another one now. Who `expects` that fetches at once: to ask first would be
   * one way there more. Rejects with Replaced or GitUnreachable.
   */
  async refresh(expects?: 'another'): Promise<boolean> {
    const { remote, ref } = this.#place
    if (expects === 'another' && (await this.#fetchOnce())) return this.#take()
    const there = await this.#persistently(() => this.#ask())
    if (there === this.#tip) return false
    if (there === undefined) throw new Replaced(`${ref} is gone from ${remote}`)
    await this.#persistently(() => this.#fetch())
    return this.#take()
  }

  /** The texts of the files at the tip; undefined for one that is not there. Rejects with NotText or GitUnreachable. */
  async read(paths: readonly string[]): Promise<ReadonlyMap<string, string | undefined>> {
    const tip = this.#tip
    if (tip === undefined || paths.length === 0) return new Map(paths.map((path) => [path, undefined]))
    const objects = await this.#outpost.objects(paths.map((path) => `${tip}:${path}`))
    await this.#areGone(
      tip,
      paths.filter((_, index) => objects[index] === undefined),
    )
    return new Map(
      paths.map((path, index) => {
        const object = objects[index]
        return [path, object === undefined ? undefined : textOf(path, object)]
      }),
    )
  }

  /**
   * Makes all of the changes in one commit on the tip; false, and nothing is changed, when somebody was faster: then the
   * tip is what they made. Rejects with GitUnreachable, when it may or may not have been made, or with Replaced.
   */
  async swap(files: FileChanges, summary: string, at: Date): Promise<boolean> {
    const parent = this.#tip
    const commit = await this.#commit(files, summary, at)
    for (let failures = 0; ; failures += 1) {
      const problem = await this.#push(commit, parent)
      if (problem === undefined) {
        this.#tip = commit
        return true
      }
      // The answer may have been lost while the commit was taken, and then others may have gone on from it.
      if (await this.refresh(isRefusal(problem) ? 'another' : undefined))
        return this.#continues(commit, this.#tip ?? '')
      if (failures === unmoved) throw problem
      await this.#pause(jittered(failures))
    }
  }

  close(): Promise<void> {
    return this.#outpost.close()
  }

  /** git also calls an object missing that is named by the tree: what a submodule's entry names is not here. */
  async #areGone(tip: string, paths: readonly string[]): Promise<void> {
    if (paths.length === 0) return
    const folders = [...new Set(paths.flatMap((path) => [...stepsTo(path)].map(([folder]) => folder)))]
    const trees = await this.#outpost.objects(folders.map((folder) => `${tip}:${folder}`))
    const names = new Map(
      folders.map((folder, index) => {
        const tree = trees[index]
        return [folder, tree?.type === 'tree' ? namesIn(tree.bytes, tip.length / 2) : undefined]
      }),
    )
    for (const path of paths)
      for (const [folder, name] of stepsTo(path)) {
        const here = folder === '' ? name : `${folder}/${name}`
        const isThere = names.get(folder)?.has(name) === true
        if (isThere && names.get(here) === undefined) throw new NotText(`${here} is not a text`)
      }
  }

  async #ask(): Promise<string | undefined> {
    const { remote, ref } = this.#place
    const lines = (await this.#outpost.run(['ls-remote', '--', remote, ref])).split('\n')
    return lines.map((line) => line.split('\t')).find(([, name]) => name === ref)?.[0]
  }

  /** Takes over what was fetched; true when it is another commit than before. */
  async #take(): Promise<boolean> {
    const { remote, ref } = this.#place
    const known = this.#tip
    const [found] = await this.#outpost.objects([`${fetched}^{commit}`])
    if (found === undefined) throw new GitUnreachable(`what ${ref} names is no commit`)
    const tip = found.id
    if (tip === known) return false
    if (known !== undefined && !(await this.#continues(known, tip)))
      throw new Replaced(
        `${ref} of ${remote} does not continue ${known.slice(0, 12)}, which was there before`,
      )
    this.#tip = tip
    return true
  }

  /** False when it could not be fetched, as where there is no such ref. */
  async #fetchOnce(): Promise<boolean> {
    try {
      await this.#fetch()
      return true
    } catch (error) {
      if (!(error instanceof GitUnreachable) || error instanceof GitSilent) throw error
      return false
    }
  }

  /** The first time only the latest commit. From then on all that came since, for its ancestors tell whose it is. */
  async #fetch(): Promise<void> {
    const { remote, ref } = this.#place
    const options = ['--no-tags', '--no-write-fetch-head', '--no-recurse-submodules', '--progress']
    const depth = this.#tip === undefined && !this.#wrote ? ['--depth=1'] : []
    await this.#outpost.run(['fetch', ...options, ...depth, '--', remote, `+${ref}:${fetched}`])
  }

  /** Whether `tip` is `commit` or came after it: mostly by a few commits, and then no process is needed to tell. */
  async #continues(commit: string, tip: string): Promise<boolean> {
    const before = await this.#outpost.objects([...Array(near).keys()].map((steps) => `${tip}~${steps}`))
    if (before.some((one) => one?.id === commit)) return true
    const beside = await this.#outpost.run(['rev-list', '--count', '--max-count=1', commit, `^${tip}`])
    return beside.trim() === '0'
  }

  /** A remote that does not answer once is asked again. */
  async #persistently<T>(work: () => Promise<T>): Promise<T> {
    for (let failures = 0; ; failures += 1) {
      try {
        return await work()
      } catch (error) {
        if (!(error instanceof GitUnreachable) || error instanceof GitSilent || failures === 2) throw error
        await this.#pause(jittered(failures + 2))
      }
    }
  }

  #commit(files: FileChanges, summary: string, at: Date): Promise<string> {
    this.#wrote = true
    return this.#outpost.commit(importOf(files, this.#tip, message(summary), at))
  }

  /** What was wrong; undefined when the remote has taken it. */
  async #push(commit: string, parent: string | undefined): Promise<GitUnreachable | undefined> {
    const { remote, ref } = this.#place
    const options = [
      '--porcelain',
      '--no-verify',
      '--no-signed',
      '--no-follow-tags',
      '--recurse-submodules=no',
    ]
    const lease = `--force-with-lease=${ref}:${parent ?? ''}`
    try {
      const answer = await this.#outpost.run(['push', ...options, lease, '--', remote, `${commit}:${ref}`])
      const taken = answer
        .split('\n')
        .some((line) => /^[ *=]\t/.test(line) && line.includes(`${commit}:${ref}\t`))
      return taken ? undefined : new GitUnreachable('git did not say that the push was taken')
    } catch (error) {
      if (error instanceof GitUnreachable) return error
      throw error
    }
  }
}

/** So many commits before the tip are looked at one by one. */
const near = 8

/** So often a push may fail while nobody else writes: others may just hold the lock of the ref. */
const unmoved = 5

/** 50 ms, 100 ms, … 1.6 s, each somewhere between a half of it and the whole, so that two do not meet again. */
export function jittered(failures: number): number {
  return 50 * 2 ** Math.min(failures, 5) * (0.5 + Math.random() / 2)
}

/** The remote was reached and did not take it, most likely because somebody was faster. */
function isRefusal({ message }: GitUnreachable): boolean {
  return message.includes('failed to push some refs')
}

/** The folders on the way to a path, each with the name that leads on: '' and `lock`, `lock` and `vpn.json`. */
function* stepsTo(path: string): Generator<readonly [folder: string, name: string]> {
  const names = path.split('/')
  for (const [index, name] of names.entries()) yield [names.slice(0, index).join('/'), name]
}

/** Two equal changes on one parent at one second would be one commit, and one of them lost: each has a name of its own. */
function message(summary: string): string {
  return `${summary}\n\nWrite: ${randomUUID()}\n`
}

/** What fast-import is told: it writes files, trees and commit. */
function importOf(files: FileChanges, parent: string | undefined, text: string, at: Date): string {
  const seconds = Math.floor(at.getTime() / 1000)
  const lines = [
    `commit ${written}\nmark :1\ncommitter rolecall <rolecall@localhost> ${seconds} +0000\n`,
    data(text),
    parent === undefined ? '' : `from ${parent}\n`,
  ]
  for (const [path, content] of files) {
    if (!/^[\w.%-]+(\/[\w.%-]+)*$/.test(path)) throw new Error(`not a path of a register: ${path}`)
    lines.push(content === undefined ? `D ${path}\n` : `M 100644 inline ${path}\n${data(content)}`)
  }
  return lines.join('')
}

function data(text: string): string {
  return `data ${Buffer.byteLength(text)}\n${text}\n`
}

function textOf(path: string, { type, bytes }: BatchObject): string {
  try {
    if (type === 'blob') return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    // told below
  }
  throw new NotText(`${path} is not a text`)
}
