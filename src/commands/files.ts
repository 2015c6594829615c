/** Files that commands write for people: whole or not at all, and for nobody else's eyes. */
import writeFileAtomic from 'write-file-atomic'

/** Writes a plan, a comment or a report: mode 600, since it names who may do what. */
export async function writeOut(path: string, text: string): Promise<void> {
  await writeFileAtomic(path, text, { encoding: 'utf8', mode: 0o600 })
}
