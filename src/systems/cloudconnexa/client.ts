import type { Reader, Target, Writer } from '../../connector/contract.ts'
import { readAccount } from './reader.ts'
import { writeAccount } from './writer.ts'

/** Reaches the account that a target names. Reader and writer are two objects: only the second can send a write. */
export function openReader(target: Target): Reader {
  return readAccount(target)
}

export function openWriter(target: Target): Writer {
  return writeAccount(target)
}
