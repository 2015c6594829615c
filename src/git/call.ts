/**
 * How git is called where it reaches a remote. The operator's way there has to work: credential helpers, an askpass
 * program, an ssh command, a proxy, an address that is written another way. simple-git drops every GIT_* variable and
 * refuses every setting that could run a program; what is needed of them is listed here, and nothing else comes along.
 * Nobody is ever asked for a password.
 */
import { program } from './program.ts'

export type Environment = Readonly<Record<string, string | undefined>>

/** A setting of git, as `config --list` shows it. */
export interface GitSetting {
  readonly key: string
  readonly value: string
}

/** A remote did not answer as it must; the message is a part of a sentence in git's own words. */
export class GitUnreachable extends Error {
  override name = 'GitUnreachable'
}

/** It did not answer at all: who asks again at once waits as long again. */
export class GitSilent extends GitUnreachable {}

/** Variables of git that say how to reach a remote. Others (GIT_DIR, GIT_INDEX_FILE, …) say where to look: never those. */
const ways =
  /^GIT_(SSH|SSH_COMMAND|SSH_VARIANT|ASKPASS|SSL_\w+|HTTP_\w+|PROXY_\w+|CONFIG_(GLOBAL|SYSTEM|NOSYSTEM)|EXEC_PATH|ALLOW_PROTOCOL)$/
/** Programs for a person at a terminal; simple-git would refuse to run beside them. */
const personal = /^(EDITOR|VISUAL|PAGER|PREFIX)$/i

/** Whether a setting says how a remote is reached. Those of one remote only: `remote` is its name. */
export function isWay({ key }: GitSetting, remote: string): boolean {
  if (key.startsWith(`remote.${remote}.`))
    return /^(url|pushurl|proxy|proxyauthmethod|uploadpack|receivepack|vcs|serveroption)$/.test(
      key.slice(`remote.${remote}.`.length),
    )
  return /^((http|url|credential|ssh|protocol)\.|core\.(sshcommand|gitproxy|askpass)$)/.test(key)
}

/** What git is given of the process's own environment, with further settings on top. */
export function environment(env: Environment, settings: readonly GitSetting[]): Record<string, string> {
  const kept = Object.entries(env).flatMap(([name, value]) =>
    value === undefined || personal.test(name) || (/^GIT_/i.test(name) && !ways.test(name))
      ? []
      : [[name, value] as const],
  )
  const pairs = settings.flatMap(({ key, value }, index) => [
    [`GIT_CONFIG_KEY_${index}`, key] as const,
    [`GIT_CONFIG_VALUE_${index}`, value] as const,
  ])
  return Object.fromEntries([
    ...kept,
    ...pairs,
    ['GIT_CONFIG_COUNT', String(settings.length)],
    ['GIT_TERMINAL_PROMPT', '0'],
    ['GCM_INTERACTIVE', 'never'],
    ['LC_ALL', 'C'],
  ])
}

/** Settings that the operator passes on in the environment: a token in CI often comes like that. */
export function settingsIn(env: Environment): GitSetting[] {
  const count = Number(env['GIT_CONFIG_COUNT'] ?? 0)
  return [...Array(Number.isSafeInteger(count) ? Math.min(count, 1000) : 0).keys()].flatMap((index) => {
    const [key, value] = [env[`GIT_CONFIG_KEY_${index}`], env[`GIT_CONFIG_VALUE_${index}`]]
    return key === undefined || value === undefined ? [] : [{ key: lowered(key), value }]
  })
}

/** As `config --list` writes a key: section and variable in small letters, what stands between as it is. */
function lowered(key: string): string {
  const [first, last] = [key.indexOf('.'), key.lastIndexOf('.')]
  return key.slice(0, first).toLowerCase() + key.slice(first, last) + key.slice(last).toLowerCase()
}

/** Milliseconds of silence that mean that no answer comes: less than a lock waits for a heartbeat. */
export const silence = 20_000

interface Call {
  readonly directory: string
  readonly env: Readonly<Record<string, string>>
  readonly input?: string
  readonly silence: number
}

/** Runs git and gives what it prints. Rejects with GitUnreachable. */
export function git(args: readonly string[], call: Call): Promise<string> {
  return inWords(call, () => client(call).raw([...args]))
}

/** An object of a stranger is checked before it is kept, and neither hooks nor tidying up run behind our back. */
export const always = [
  'core.hooksPath=/dev/null',
  'transfer.fsckObjects=true',
  'gc.auto=0',
  'maintenance.auto=false',
] as const

function client({ directory, env, input, silence }: Call) {
  return program({
    baseDir: directory,
    config: [...always],
    unsafe,
    allowEnvironment: Object.keys(env),
    timeout: { block: silence },
    ...heardOut,
    ...(input === undefined ? {} : { input: () => input }),
  })
    .env(env)
    .outputHandler((_, stdout, stderr) => {
      letGo([stdout, stderr], silence)
    })
}

type Stream = NodeJS.ReadableStream & { readonly destroy?: () => void }

/**
 * After so long a silence simple-git ends git, but not what git has started: an ssh that hangs keeps the streams open, and
 * their end is what is waited for.
 */
function letGo(streams: readonly Stream[], silence: number): void {
  const drop = (): void => {
    for (const stream of streams) stream.destroy?.()
  }
  let open = streams.length
  let timer = setTimeout(drop, silence + 500)
  for (const stream of streams) {
    stream.on('data', () => {
      clearTimeout(timer)
      timer = setTimeout(drop, silence + 500)
    })
    stream.once('close', () => {
      open -= 1
      if (open === 0) clearTimeout(timer)
    })
  }
}

/**
 * By itself simple-git takes the end of the process for the end of its output, 50 ms later, and an exit code without a
 * word for success: on a busy machine a refused push was one that had landed.
 */
export const heardOut = {
  completion: { onClose: true, onExit: false },
  errors: (error: Buffer | Error | undefined, { exitCode }: { readonly exitCode: number }) =>
    error ?? (exitCode === 0 ? undefined : new Error(`git ended with ${exitCode}`)),
} as const

/**
 * simple-git looks for dangerous words in settings, and finds `alias` in `url.https://alias.example/`. What it guards
 * against is kept out above: only the operator of this machine has a say in these settings, and no manifest.
 */
const unsafe = {
  allowUnsafeAlias: true,
  allowUnsafeAskPass: true,
  allowUnsafeConfigEnvCount: true,
  allowUnsafeConfigPaths: true,
  allowUnsafeCredentialHelper: true,
  allowUnsafeEditor: true,
  allowUnsafeExec: true,
  allowUnsafeFilter: true,
  allowUnsafeFsMonitor: true,
  allowUnsafeGitProxy: true,
  allowUnsafeHooksPath: true,
  allowUnsafePack: true,
  allowUnsafePager: true,
  allowUnsafeProtocolOverride: true,
  allowUnsafeSshCommand: true,
  allowUnsafeTemplateDir: true,
  allowUnsafeUrlRewrite: true,
} as const

async function inWords<T>({ silence }: Call, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof Error && error.message.includes('block timeout reached'))
      throw new GitSilent(`git gave no answer within ${silence / 1000} seconds`, { cause: error })
    throw new GitUnreachable(wordsOf(error instanceof Error ? error.message : String(error)), {
      cause: error,
    })
  }
}

/** The lines in which git says what is wrong, without a name or a password inside an address. */
export function wordsOf(text: string): string {
  const lines = text
    .split(/[\r\n]+/)
    .map((line) => line.trim())
    .filter((line) => line !== '')
  const telling = lines.filter((line) => /^(fatal|error|remote|ssh|!|.*: Permission denied)/.test(line))
  const [first = 'git failed and did not say why', second] = telling.length > 0 ? telling : lines
  return [first, ...(second === undefined ? [] : [second])]
    .map((line) => line.replace(/^(fatal|error): /, '').replace(/\/\/[^/@\s]*@/g, '//'))
    .join('; ')
    .replace(/\.$/, '')
}
